using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>log(1 + eˣ): a smooth ReLU, always positive.</summary>
/// <remarks>Dugas, Bengio, Bélisle, Nadeau and Garcia (2001), "Incorporating second-order functional knowledge for better option
/// pricing".</remarks>
public sealed record Softplus : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), y, dy, dx);

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            var zero = TLanes.Broadcast(0);
            return TLanes.SelectLess(x, zero, zero, x) + Logarithm.LogOnePlus(Exponential.Exp(zero - TLanes.Abs(x)));
        }
    }

    // σ(x) = 1 − e^−y, so the output is all we need.
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(0) - dy * Exponential.ExpMinusOneOfNegative(TLanes.Broadcast(0) - y);
    }
}
