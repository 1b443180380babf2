using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>Initializes layer by layer from examples. Weights are normal, and divided so that the input of every unit has variance 1 over
/// the examples. Biases move the bend of every unit into the range of the examples.</summary>
/// <remarks>
/// The rules "std" and "he+5" of Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491. They are wⱼ ← wⱼ /
/// std(x·wⱼ), and bⱼ = −Σₖ sₖ·(xₖ·wⱼ) for five random examples xₖ and random shares sₖ that add up to 1. The examples are up to 1024 rows
/// of the training data, drawn at random; up to 16,384 if other layers measure examples, too. Without examples
/// (<see cref="Networks.Network.Initialize(Initializer, int)"/>), weights are those of LeCun, and biases are 0.
/// </remarks>
public sealed record DataDependent : Initializer
{
    // With this many examples, a standard deviation is accurate within some percent.
    internal const int MaxExamples = 1024;

    private const int ExamplesOfABias = 5;

    /// <summary>Whether biases are drawn, too.</summary>
    /// <value>True; false leaves them 0.</value>
    public bool Biases { get; init; } = true;

    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random) =>
        FillNormal(weights, Math.Sqrt(1.0 / inputs), random);

    /// <summary>Scales the weights of one layer, and sets its biases.</summary>
    /// <param name="weights">[inputs × outputs], as <see cref="Fill"/> drew them; changed in place.</param>
    /// <param name="biases">[outputs], overwritten.</param>
    /// <param name="products">[examples × units]: the input of every unit with these weights and no biases.</param>
    /// <param name="first">The column of the first unit: other units may precede it.</param>
    /// <param name="random">Source of the random numbers.</param>
    internal void Adjust(Span<Real> weights, Span<Real> biases, ReadOnlyMatrix products, int first, RandomSequence random)
    {
        Span<double> shares = stackalloc double[ExamplesOfABias];
        Span<int> rows = stackalloc int[ExamplesOfABias];
        var factors = new double[biases.Length];
        Measure(products, first, factors);
        for (var unit = 0; unit < biases.Length; unit++)
        {
            var factor = factors[unit];
            for (var i = unit; i < weights.Length; i += biases.Length) weights[i] = (Real)(weights[i] * factor);

            double total = 0;
            foreach (ref var share in shares) total += share = -Math.Log(1 - random.NextUniform());
            foreach (ref var share in shares) share /= total;
            foreach (ref var row in rows) row = random.NextIndex(products.Rows);
            biases[unit] = Biases ? (Real)BiasOf(products, first + unit, factor, shares, rows) : 0;
        }
    }

    /// <summary>The factors of every unit's weights: 1 / standard deviation of its input.</summary>
    /// <param name="products">[examples × units]</param>
    /// <param name="first">The column of the first unit.</param>
    /// <param name="factors">[units], overwritten.</param>
    internal static void Measure(ReadOnlyMatrix products, int first, Span<double> factors)
    {
        // Row by row, in the order of memory. Unit by unit, every access would be to another cache line.
        double[] means = new double[factors.Length], squares = new double[factors.Length];
        for (var row = 0; row < products.Rows; row++)
        {
            var numbers = products.Row(row).Slice(first, means.Length);
            for (var unit = 0; unit < means.Length; unit++) means[unit] += numbers[unit];
        }
        foreach (ref var mean in means.AsSpan()) mean /= products.Rows;
        for (var row = 0; row < products.Rows; row++)
        {
            var numbers = products.Row(row).Slice(first, means.Length);
            for (var unit = 0; unit < means.Length; unit++) squares[unit] += (numbers[unit] - means[unit]) * (numbers[unit] - means[unit]);
        }
        for (var unit = 0; unit < factors.Length; unit++)
        {
            // A unit with the same input for all examples is not scaled.
            var deviation = Math.Sqrt(squares[unit] / products.Rows);
            factors[unit] = deviation > 1e-6 * (Math.Abs(means[unit]) + 1e-6) ? 1 / deviation : 1;
        }
    }

    /// <summary>−Σₖ sₖ·factor·(the unit's input for example xₖ).</summary>
    internal static double BiasOf(ReadOnlyMatrix products, int unit, double factor, ReadOnlySpan<double> shares, ReadOnlySpan<int> rows)
    {
        double bias = 0;
        for (var k = 0; k < rows.Length; k++) bias -= shares[k] * factor * products.Row(rows[k])[unit];
        return bias;
    }
}
