using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x·Φ(x), with the normal distribution function Φ: a smooth ReLU that dips below 0.</summary>
/// <remarks>Hendrycks and Gimpel (2016), "Gaussian error linear units", arXiv:1606.08415. As in PyTorch, the form is exact by default;
/// the form with tanh is an option.</remarks>
public sealed record GELU : Activation
{
    /// <summary>Whether Φ is approximated by ½·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as the original BERT and GPT did.</summary>
    /// <value>False.</value>
    public bool Approximate { get; init; }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y)
    {
        if (Approximate) Elementwise.Map(new ApproximateFunction(), x, y);
        else Elementwise.Map(new Function(), x, y);
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        if (Approximate) Elementwise.Zip(new ApproximateDerivative(), x, dy, dx);
        else Elementwise.Zip(new Derivative(), x, dy, dx);
    }

    // Beyond ±20, Φ is 0 or 1 to all digits, and powers of x would overflow.
    private const double Far = 20;

    // ½·(1 + tanh u) = σ(2u).
    private const double Steepness = 1.5957691216057308, Cubic = 0.044715;

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x * NormalDistribution.Cumulative(x).Value;
    }

    // Φ + x·φ.
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            var (cumulative, density) = NormalDistribution.Cumulative(x);
            return dy * TLanes.MultiplyAdd(new Arithmetic.Clamp((Real)(-Far), (Real)Far).Invoke(x), density, cumulative);
        }
    }

    private readonly struct ApproximateFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            var near = new Arithmetic.Clamp((Real)(-Far), (Real)Far).Invoke(x);
            return x * Exponential.Sigmoid(
                TLanes.Broadcast((Real)Steepness) * near * TLanes.MultiplyAdd(
                    TLanes.Broadcast((Real)Cubic) * near, near, TLanes.Broadcast(1)));
        }
    }

    // s + x·s·(1 − s)·(2u)'.
    private readonly struct ApproximateDerivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            TLanes near = new Arithmetic.Clamp((Real)(-Far), (Real)Far).Invoke(x), one = TLanes.Broadcast(1);
            var s = Exponential.Sigmoid(
                TLanes.Broadcast((Real)Steepness) * near * TLanes.MultiplyAdd(TLanes.Broadcast((Real)Cubic) * near, near, one));
            var steepness = TLanes.Broadcast((Real)Steepness) * TLanes.MultiplyAdd(TLanes.Broadcast((Real)(3 * Cubic)) * near, near, one);
            return dy * s * TLanes.MultiplyAdd(near * (one - s), steepness, one);
        }
    }
}
