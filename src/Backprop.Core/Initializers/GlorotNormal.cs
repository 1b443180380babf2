using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Normal with variance 2 / (inputs + outputs): keeps the variance of signals and of gradients even across layers.</summary>
/// <remarks>Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 12. Not truncated,
/// as in PyTorch.</remarks>
public sealed record GlorotNormal : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillNormal(weights, Math.Sqrt(2.0 / (inputs + outputs)), random);
}
