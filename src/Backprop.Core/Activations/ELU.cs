using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x for positive x, α·(eˣ − 1) otherwise: smooth, and close to −α for very negative x.</summary>
/// <remarks>Clevert, Unterthiner and Hochreiter (2016), "Fast and accurate deep network learning by exponential linear units",
/// arXiv:1511.07289.</remarks>
public sealed record ELU : Activation
{
    /// <summary>α: minus the value for very negative x.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double Alpha
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function((Real)Alpha), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative((Real)Alpha), y, dy, dx);

    private readonly struct Function(Real alpha) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), x, x, TLanes.Broadcast(alpha) * Exponential.ExpMinusOneOfNegative(x));
    }

    // α·eˣ = y + α, so the output is all we need.
    private readonly struct Derivative(Real alpha) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), y, dy, dy * (y + TLanes.Broadcast(alpha)));
    }
}
