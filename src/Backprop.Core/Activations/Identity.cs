namespace Backprop.Activations;

/// <summary>f(x) = x. A network of identity layers is a linear model.</summary>
public sealed record Identity : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => x.CopyTo(y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) => dy.CopyTo(dx);
}
