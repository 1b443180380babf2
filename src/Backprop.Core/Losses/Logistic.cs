using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The logistic link of losses on logits, and its logarithm.</summary>
internal static class Logistic
{
    // The smallest normal value of single precision, and the largest value below 1: beyond a logit of 17 a float would round to 1.
    private static Real SmallestProbability => (Real)1.17549435e-38;

    private static Real LargestProbability => Real.BitDecrement(1);

    /// <summary>p = σ(z), in place. p is never 0 and never 1. So its logarithm is finite on both sides, like that of the logistic
    /// function.</summary>
    public static void Predict(Matrix scores)
    {
        Elementwise.Map(new Exponential.SigmoidFunction(), scores.Values, scores.Values);
        KeepInside(scores);
    }

    /// <summary>Replaces probabilities that are 0 or less, or 1 or more, by the nearest value between 0 and 1.</summary>
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
