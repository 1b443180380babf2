using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x for positive x, a·x otherwise, where every unit learns its own a.</summary>
/// <remarks>
/// He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852; as PyTorch's PReLU with one parameter for each unit.
/// The layer that networks make of it (<c>PReLULayer</c>) learns a. The activation by itself has the initial a.
/// </remarks>
public sealed record PReLU : Activation
{
    /// <summary>The initial a.</summary>
    /// <value>0.25; ≥ 0 and finite.</value>
    public double InitialSlope
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.25;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Start.Forward(x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Start.Backward(x, y, dy, dx);

    private LeakyReLU Start => new() { NegativeSlope = InitialSlope };
}
