using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>−f(−x): the point reflection of another activation. It is concave where f is convex.</summary>
/// <remarks>Runje and Shankaranarayana (2023), "Constrained monotonic neural networks", ICML, arXiv:2205.11775.</remarks>
/// <param name="Inner">f; an activation that never decreases (<see cref="Activation.IsNondecreasing"/>).</param>
public sealed record Reflected(Activation Inner) : Activation
{
    private const int ValuesAtOnce = 128;

    /// <summary>f.</summary>
    public Activation Inner { get; } = CheckedNondecreasing(Inner, nameof(Inner));

    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y)
    {
        Span<Real> room = stackalloc Real[ValuesAtOnce];
        for (var first = 0; first < y.Length; first += ValuesAtOnce)
        {
            var to = y.Slice(first, Math.Min(ValuesAtOnce, y.Length - first));
            var reflected = room[..to.Length];
            Negate(x.Slice(first, to.Length), reflected);
            Inner.Forward(reflected, to);
            Negate(to, to);
        }
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        Span<Real> room = stackalloc Real[2 * ValuesAtOnce];
        for (var first = 0; first < dx.Length; first += ValuesAtOnce)
        {
            var to = dx.Slice(first, Math.Min(ValuesAtOnce, dx.Length - first));
            Span<Real> reflected = room[..to.Length], output = room.Slice(ValuesAtOnce, to.Length);
            Negate(x.Slice(first, to.Length), reflected);
            Negate(y.Slice(first, to.Length), output);
            Inner.Backward(reflected, output, dy.Slice(first, to.Length), to);
        }
    }

    private static void Negate(ReadOnlySpan<Real> from, Span<Real> to) => Elementwise.Map(new Arithmetic.Multiple(-1), from, to);
}
