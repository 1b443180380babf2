using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>What losses on logits share: the logistic link, and its logarithm.</summary>
internal static class Logistic
{
    // The smallest normal number of single precision, and the largest number below 1: beyond a logit of 17 a float would round to 1.
    private static Real SmallestProbability => (Real)1.17549435e-38;

    private static Real LargestProbability => Real.BitDecrement(1);

    /// <summary>p = σ(z), in place; never 0 and never 1, so that its logarithm is finite on both sides, as the logistic function's
    /// is.</summary>
    public static void Predict(Matrix scores)
    {
        Elementwise.Map(new Exponential.SigmoidFunction(), scores.Values, scores.Values);
        KeepInside(scores);
    }

    /// <summary>Probabilities of 0 and 1, and what lies beyond, become the nearest number between.</summary>
    public static void KeepInside(Matrix probabilities) =>
        TensorPrimitives.Clamp(probabilities.Values, SmallestProbability, LargestProbability, probabilities.Values);

    /// <summary>log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), so that nothing overflows: −log σ(−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Softplus<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var zero = TLanes.Broadcast(0);
        return TLanes.SelectLess(x, zero, zero, x) + Logarithm.LogOnePlus(Exponential.Exp(zero - TLanes.Abs(x)));
    }
}
