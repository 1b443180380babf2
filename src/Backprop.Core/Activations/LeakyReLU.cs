using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x for positive x, a·x otherwise: like ReLU, but no unit is ever dead.</summary>
/// <remarks>Maas, Hannun and Ng (2013), "Rectifier nonlinearities improve neural network acoustic models". The derivative at 0 is a, as in
/// PyTorch.</remarks>
public sealed record LeakyReLU : Activation
{
    /// <summary>a: the derivative for negative x.</summary>
    /// <value>0.01; ≥ 0 and finite.</value>
    public double NegativeSlope
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.01;

    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function((Real)NegativeSlope), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative((Real)NegativeSlope), y, dy, dx);

    private readonly struct Function(Real factor) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), x, x, TLanes.Broadcast(factor) * x);
    }

    private readonly struct Derivative(Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), y, dy, TLanes.Broadcast(factor) * dy);
    }
}
