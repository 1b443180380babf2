namespace Backprop.Activations;

/// <summary>x + a·(f(x) − x), where every unit learns its own a, 1 at first: how much of the activation f it uses.</summary>
/// <remarks>
/// Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491. What learns is the layer that networks make of it
/// (<c>ParametricMixLayer</c>); by itself it is the function that learning starts from, f.
/// </remarks>
/// <param name="Inner">f; not itself an activation that learns.</param>
public sealed record ParametricMix(Activation Inner) : Activation
{
    /// <summary>f.</summary>
    public Activation Inner { get; } = Inner switch
    {
        null => throw new ArgumentNullException(nameof(Inner)),
        PReLU or ParametricMix =>
            throw new ArgumentException($"{Inner.GetType().Name} learns by itself and cannot be mixed.", nameof(Inner)),
        _ => Inner,
    };

    /// <inheritdoc/>
    public override bool WorksInPlace => Inner.WorksInPlace;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Inner.Forward(x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Inner.Backward(x, y, dy, dx);
}
