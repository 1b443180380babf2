using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
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
        var outputs = scores.Columns;
        if (outputs == 1)
        {
            Elementwise.Zip(new Value(), scores.Values, targets.Values, losses);
            Elementwise.Zip(new Slope(1), scores.Values, targets.Values, gradient.Values);
            return;
        }

        // The values of a row stand where its slopes will, until they are summed.
        Elementwise.Zip(new Value(), scores.Values, targets.Values, gradient.Values);
        for (var row = 0; row < scores.Rows; row++)
        {
            double sum = 0;
            foreach (var value in gradient.Row(row)) sum += value;
            losses[row] = (Real)(sum / outputs);
        }
        Elementwise.Zip(new Slope((Real)1 / outputs), scores.Values, targets.Values, gradient.Values);
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

    private readonly struct Value : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            var zero = TLanes.Broadcast(0);
            return TLanes.SelectLess(z, zero, zero, z) - z * y + Logarithm.LogOnePlus(Exponential.Exp(zero - TLanes.Abs(z)));
        }
    }

    private readonly struct Slope(Real share) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> => TLanes.Broadcast(share) * (Exponential.Sigmoid(z) - y);
    }
}
