using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x, cut to [−1, 1]: tanh of straight lines.</summary>
/// <remarks>Collobert (2004), "Large scale machine learning". The derivative is 0 at the corners, as in PyTorch.</remarks>
public sealed record HardTanh : Activation
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
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => new Arithmetic.Clamp(-1, 1).Invoke(x);
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Abs(y), TLanes.Broadcast(1), dy, TLanes.Broadcast(0));
    }
}
