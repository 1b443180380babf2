using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Normal with variance 1 / inputs: keeps the variance of signals through layers whose activation is near the identity, and
/// through SELU.</summary>
/// <remarks>LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", §4.6; Klambauer et al. (2017), arXiv:1706.02515, for
/// SELU.</remarks>
public sealed record LeCunNormal : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillNormal(weights, Math.Sqrt(1.0 / inputs), random);
}
