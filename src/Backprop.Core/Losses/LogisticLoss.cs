using System.Numerics.Tensors;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Binary cross-entropy from the logit z: L = max(z, 0) − z·y + log(1 + e^−|z|), averaged over the outputs; ∂L/∂z = σ(z) − y. The prediction is the probability σ(z).</summary>
/// <remarks>
/// −y·log σ(z) − (1 − y)·log(1 − σ(z)), written so that nothing overflows: Bishop (2006), "Pattern Recognition and Machine Learning",
/// eq. 4.90–4.91. Targets are 0 or 1, or a probability between. In nats.
/// A predicted probability is never rounded to 0 or to 1, so its logarithm is finite on both sides, as the logistic function's is.
/// </remarks>
public sealed record LogisticLoss : Loss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Binary;

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> z = scores.Row(row), y = targets.Row(row);
            var dz = gradient.Row(row);
            double sum = 0, mean = 1.0 / z.Length;
            for (var k = 0; k < z.Length; k++)
            {
                double score = z[k], tail = Math.Exp(-Math.Abs(score));
                var sigmoid = (score >= 0 ? 1 : tail) / (1 + tail);
                sum += Math.Max(score, 0) - score * y[k] + Math.Log(1 + tail);
                dz[k] = (Real)(mean * (sigmoid - y[k]));
            }
            losses[row] = (Real)(mean * sum);
        }
    }

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        Elementwise.Map(new Exponential.SigmoidFunction(), scores.Values, scores.Values);
        TensorPrimitives.Clamp(scores.Values, SmallestProbability, LargestProbability, scores.Values);
    }

    // The smallest normal number of single precision, and the largest number below 1: beyond a logit of 17 a float would round to 1.
    private static Real SmallestProbability => (Real)1.17549435e-38;

    private static Real LargestProbability => Real.BitDecrement(1);
}
