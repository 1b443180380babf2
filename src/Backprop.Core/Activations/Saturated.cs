using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>f(1) − f(1 − |x|), with the sign of x: the shifted activation f below 0, and its point reflection above. It saturates on both
/// sides, if f has a lower limit. With <see cref="ReLU"/>, it is x, clipped to [−1, 1].</summary>
/// <remarks>Runje and Shankaranarayana (2023), "Constrained monotonic neural networks", ICML, arXiv:2205.11775.</remarks>
/// <param name="Inner">f; an activation that never decreases (<see cref="Activation.IsNondecreasing"/>).</param>
public sealed record Saturated(Activation Inner) : Activation
{
    private const int ValuesAtOnce = 128;
    private readonly Real _valueAtOne = ValueAtOne(Inner);

    /// <summary>f.</summary>
    public Activation Inner { get; } = CheckedNondecreasing(Inner, nameof(Inner));

    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <summary>f(1)</summary>
    internal double Height => _valueAtOne;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y)
    {
        Span<Real> room = stackalloc Real[ValuesAtOnce];
        for (var first = 0; first < y.Length; first += ValuesAtOnce)
        {
            var to = y.Slice(first, Math.Min(ValuesAtOnce, y.Length - first));
            var from = x.Slice(first, to.Length);
            var shifted = room[..to.Length];
            Elementwise.Map(new Shift(), from, shifted);
            Inner.Forward(shifted, to);
            Elementwise.Zip(new Rise(_valueAtOne), from, to, to);
        }
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        Span<Real> room = stackalloc Real[2 * ValuesAtOnce];
        for (var first = 0; first < dx.Length; first += ValuesAtOnce)
        {
            var to = dx.Slice(first, Math.Min(ValuesAtOnce, dx.Length - first));
            Span<Real> shifted = room[..to.Length], output = room.Slice(ValuesAtOnce, to.Length);
            Elementwise.Map(new Shift(), x.Slice(first, to.Length), shifted);
            Inner.Forward(shifted, output);
            Inner.Backward(shifted, output, dy.Slice(first, to.Length), to);
        }
    }

    private static Real ValueAtOne(Activation inner)
    {
        Span<Real> y = stackalloc Real[1];
        CheckedNondecreasing(inner, nameof(Inner)).Forward([1], y);
        return y[0];
    }

    // 1 − |x|
    private readonly struct Shift : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => TLanes.Broadcast(1) - TLanes.Abs(x);
    }

    // (f(1) − f) with the sign of x
    private readonly struct Rise(Real valueAtOne) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes f) where TLanes : struct, ILanes<TLanes>
        {
            var rise = TLanes.Broadcast(valueAtOne) - f;
            return TLanes.SelectLess(x, TLanes.Broadcast(0), TLanes.Broadcast(0) - rise, rise);
        }
    }
}
