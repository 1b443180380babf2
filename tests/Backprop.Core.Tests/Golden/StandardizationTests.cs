using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Means, spreads and scaled values against scikit-learn's StandardScaler.</summary>
public class StandardizationTests
{
    // The means and factors are measured in double and rounded once to float32, whose numbers stand 1.2e-7 apart, relatively.
    private const double RoundedOnce = 6e-8;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("standardization");

    [Theory, InlineData(false), InlineData(true)]
    public void Means_and_factors_are_those_of_scikit_learn(bool weighted)
    {
        var golden = FitOf(weighted);
        var measured = Standardization.Measure(Values, golden.Weights);

        Near.Equal("means", golden.Means, measured.Means, absolute: 0, RoundedOnce);
        // scikit-learn divides a constant column by 1, we multiply it by 0.
        double[] factors = [.. golden.Variances.Select(variance => variance == 0 ? 0 : 1 / Math.Sqrt(variance))];
        Near.Equal("factors", factors, measured.Factors, absolute: 0, RoundedOnce);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Standardized_values_are_those_of_scikit_learn_and_a_constant_column_is_zero(bool weighted)
    {
        var golden = FitOf(weighted);
        var standardization = Standardization.Measure(Values, golden.Weights);
        var standardized = new float[Golden.Values.Length];
        for (var row = 0; row < Values.Rows; row++)
            standardization.Apply(Values.Row(row), standardized.AsSpan(row * Golden.Columns, Golden.Columns));

        // One column lies near 1000 with a deviation of 3: its mean is rounded by up to 3e-5, which is 1e-5 deviations.
        Near.Equal("standardized", golden.Standardized, standardized, absolute: 1.5e-5);
    }

    private static ReadOnlyMatrix Values => new(Golden.Values, Golden.Values.Length / Golden.Columns, Golden.Columns);

    private static Fit FitOf(bool weighted) => Golden.Cases.Single(c => c.Weights.Length > 0 == weighted);

    private sealed record Contents(int Columns, float[] Values, Fit[] Cases);

    private sealed record Fit(float[] Weights, double[] Means, double[] Variances, double[] Standardized);
}
