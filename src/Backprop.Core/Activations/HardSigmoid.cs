using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x/6 + ½, cut to [0, 1]: the logistic function of straight lines.</summary>
/// <remarks>As PyTorch's Hardsigmoid: Howard et al. (2019), "Searching for MobileNetV3", arXiv:1905.02244. The derivative is 0 at the
/// corners.</remarks>
public sealed record HardSigmoid : Activation
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
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            new Arithmetic.Clamp(0, 1).Invoke(TLanes.MultiplyAdd(x, TLanes.Broadcast((Real)(1.0 / 6)), TLanes.Broadcast((Real)0.5)));
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(
                TLanes.Broadcast(0), y,
                TLanes.SelectLess(y, TLanes.Broadcast(1), dy * TLanes.Broadcast((Real)(1.0 / 6)), TLanes.Broadcast(0)),
                TLanes.Broadcast(0));
    }
}
