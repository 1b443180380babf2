using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Weights and biases normal with mean 0 and variance 1: for dense layers in the neural tangent parametrization, which divide by
/// √inputs themselves.</summary>
/// <remarks>Jacot, Gabriel and Hongler (2018), "Neural tangent kernel", arXiv:1806.07572. In plain dense layers it is far too
/// large.</remarks>
public sealed record NtkNormal : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) => FillNormal(weights, 1, random);

    /// <inheritdoc/>
    public override void FillBiases(Span<Real> biases, int inputs, RandomSequence random) => FillNormal(biases, 1, random);
}
