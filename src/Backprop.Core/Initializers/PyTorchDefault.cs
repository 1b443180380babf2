using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Weights and biases uniform in ±1/√inputs.</summary>
/// <remarks>As PyTorch's Linear: He-uniform with a = √5, which is a third of LeCun's variance. No paper recommends it, but many published
/// results use it.</remarks>
public sealed record PyTorchDefault : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillUniform(weights, 1 / Math.Sqrt(inputs), random);

    /// <inheritdoc/>
    public override void FillBiases(Span<Real> biases, int inputs, RandomSequence random) =>
        FillUniform(biases, 1 / Math.Sqrt(inputs), random);
}
