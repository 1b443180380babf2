using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>tanh(x): squashes to (−1, 1), centred on zero.</summary>
/// <remarks>LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", §4.4.</remarks>
public sealed record Tanh : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Exponential.TanhFunction(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), y, dy, dx);

    // tanh'(x) = 1 − tanh²(x), so the output is all we need.
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> => dy * (TLanes.Broadcast(1) - y * y);
    }
}
