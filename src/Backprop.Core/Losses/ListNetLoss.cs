using System.Numerics.Tensors;

namespace Backprop.Losses;

/// <summary>L = −Σᵢ qᵢ·log pᵢ over the rows of a group, with q = softmax(y) and p = softmax(z): the cross-entropy between the probabilities
/// that a row is first. ∂L/∂z = p − q. The prediction is the score.</summary>
/// <remarks>Cao, Qin, Liu, Tsai and Li (2007), "Learning to rank: from pairwise approach to listwise approach", §5, top one probabilities.
/// In nats. The smallest loss is the entropy of q.</remarks>
public sealed record ListNetLoss : RankingLoss
{
    private protected override double Evaluate(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        double scores = LogSumExp(z), relevance = LogSumExp(y), loss = 0;
        for (var i = 0; i < z.Length; i++)
        {
            var target = Math.Exp(y[i] - relevance);
            loss += target * (scores - z[i]);
            dz[i] = (Real)(Math.Exp(z[i] - scores) - target);
        }
        return loss;
    }

    private static double LogSumExp(ReadOnlySpan<Real> values)
    {
        double largest = TensorPrimitives.Max(values), sum = 0;
        foreach (var value in values) sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }
}
