using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = (1/n)·Σᵢ (log Σ e^(z of this and all later rows) − zᵢ) over the n rows of a group in descending order of relevance: the
/// negative log-likelihood of this order. The prediction is the score.</summary>
/// <remarks>
/// Xia, Liu, Wang, Zhang and Li (2008), "Listwise approach to learning to rank: theory and algorithm", eq. 7. The paper sums over the rows;
/// the mean keeps the loss of a large group as small as that of a small one. The paper has no ties. Here rows of equal relevance are in
/// descending order of their scores: of all orders that agree with the labels, this is the most likely one, so L is continuous.
/// </remarks>
public sealed record ListMleLoss : RankingLoss
{
    private protected override double Evaluate(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        var rows = z.Length;
        var order = Scratch.IndicesOfAtLeast(rows).AsSpan(0, rows);
        DescendingOrder.Write(y, z, order);

        // sums[i] = log Σ e^z over the rows from i on.
        var sums = Scratch.DoublesOfAtLeast(rows).AsSpan(0, rows);
        double loss = 0, sum = double.NegativeInfinity;
        for (var i = rows - 1; i >= 0; i--)
        {
            double score = z[order[i]];
            sums[i] = sum = LogOfSum(sum, score);
            loss += sum - score;
        }

        // ∂L/∂z of row i: Σ e^(z − sums[k]) over the rows k up to i, minus 1.
        var inverse = double.NegativeInfinity;
        for (var i = 0; i < rows; i++)
        {
            inverse = LogOfSum(inverse, -sums[i]);
            dz[order[i]] = (Real)((Math.Exp(z[order[i]] + inverse) - 1) / rows);
        }
        return loss / rows;
    }

    // log(e^a + e^b)
    private static double LogOfSum(double a, double b)
    {
        var largest = Math.Max(a, b);
        return largest + Math.Log(1 + Math.Exp(Math.Min(a, b) - largest));
    }
}
