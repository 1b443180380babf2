using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Uniform in ±√(6 / inputs): keeps the variance of signals through ReLU layers, which silence half of it.</summary>
/// <remarks>He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852, eq. 10, as a uniform distribution of the same
/// variance.</remarks>
public sealed record HeUniform : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillUniform(weights, Math.Sqrt(6.0 / inputs), random);
}
