namespace Backprop.Activations;

/// <summary>x + a·(f(x) − x), where every unit learns its own a: the share of the activation f that it uses. The initial a is 1.</summary>
/// <remarks>
/// Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491. The layer that networks make of it
/// (<c>ParametricMixLayer</c>) learns a. The activation by itself has the initial a, so it is f.
/// </remarks>
/// <param name="Inner">f; an activation without learned parameters.</param>
public sealed record ParametricMix(Activation Inner) : Activation
{
    /// <summary>f.</summary>
    public Activation Inner { get; } = Inner switch
    {
        null => throw new ArgumentNullException(nameof(Inner)),
        PReLU or ParametricMix => throw new ArgumentException(
            $"{nameof(Inner)} is {Inner.GetType().Name}, which has learned parameters. Use an activation without learned parameters.",
            nameof(Inner)),
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
