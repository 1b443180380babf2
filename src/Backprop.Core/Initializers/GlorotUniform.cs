using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Uniform in ±√(6 / (inputs + outputs)): keeps the variance of signals and of gradients even across layers.</summary>
/// <remarks>Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 16. The default, as
/// in Keras and scikit-learn.</remarks>
public sealed record GlorotUniform : Initializer
{
    /// <summary>Whether biases are drawn from the same range, as scikit-learn does.</summary>
    /// <value>False: they are 0.</value>
    public bool Biases { get; init; }

    /// <inheritdoc/>
    public override void FillBiases(Span<Real> biases, int inputs, RandomSequence random)
    {
        if (Biases) Fill(biases, inputs, biases.Length, random);
        else base.FillBiases(biases, inputs, random);
    }

    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillUniform(weights, Math.Sqrt(6.0 / (inputs + outputs)), random);
}
