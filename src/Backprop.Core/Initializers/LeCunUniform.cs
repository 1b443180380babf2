using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Uniform in ±√(3 / inputs), which has variance 1 / inputs.</summary>
/// <remarks>LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", §4.6.</remarks>
public sealed record LeCunUniform : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillUniform(weights, Math.Sqrt(3.0 / inputs), random);
}
