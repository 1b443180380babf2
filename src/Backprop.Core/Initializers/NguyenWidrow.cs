using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Weights of every unit point in a random direction and have length β = 0.7·outputs^(1/inputs); biases are uniform in ±β. So the
/// bends of the units are spread over inputs in [−1, 1].</summary>
/// <remarks>Nguyen and Widrow (1990), "Improving the learning speed of 2-layer neural networks by choosing initial values of the adaptive
/// weights". For sigmoid and tanh, and few inputs.</remarks>
public sealed record NguyenWidrow : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random)
    {
        FillUniform(weights, 1, random);
        for (var unit = 0; unit < outputs; unit++)
        {
            double squares = 0;
            for (var i = unit; i < weights.Length; i += outputs) squares += (double)weights[i] * weights[i];
            var factor = squares > 0 ? Length(inputs, outputs) / Math.Sqrt(squares) : 0;
            for (var i = unit; i < weights.Length; i += outputs) weights[i] = (Real)(weights[i] * factor);
        }
    }

    /// <inheritdoc/>
    public override void FillBiases(Span<Real> biases, int inputs, RandomSequence random) =>
        FillUniform(biases, Length(inputs, biases.Length), random);

    private static double Length(int inputs, int outputs) => 0.7 * Math.Pow(outputs, 1.0 / inputs);
}
