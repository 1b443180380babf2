using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>σ(x) = 1 / (1 + e^−x): squashes to (0, 1). Its derivative is at most ¼, so gradients vanish in deep stacks of it.</summary>
/// <remarks>Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors", Nature 323, eq. 2.</remarks>
public sealed record Sigmoid : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Exponential.SigmoidFunction(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), y, dy, dx);

    // σ'(x) = σ(x)·(1 − σ(x)), so the output is all we need.
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> => dy * y * (TLanes.Broadcast(1) - y);
    }
}
