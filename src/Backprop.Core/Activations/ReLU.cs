using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>max(0, x).</summary>
/// <remarks>Nair and Hinton (2010), "Rectified linear units improve restricted Boltzmann machines". The derivative at 0 is defined as 0,
/// as in PyTorch.</remarks>
public sealed record ReLU : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    // NaN stays NaN, so a diverging network is seen by the loss instead of being hidden here.
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), y, dy, dx);

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(x, TLanes.Broadcast(0), TLanes.Broadcast(0), x);
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), y, dy, TLanes.Broadcast(0));
    }
}
