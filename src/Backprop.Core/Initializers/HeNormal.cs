using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Normal with variance 2 / inputs: keeps the variance of signals through ReLU layers, which silence half of it.</summary>
/// <remarks>He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852, eq. 10.</remarks>
public sealed record HeNormal : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillNormal(weights, Math.Sqrt(2.0 / inputs), random);
}
