using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Quantiles of numbers that do not repeat, against scikit-learn's QuantileTransformer, which has them from 0 to 1.</summary>
public class QuantileTests
{
    // Differences of float32 numbers between two knots that are as far apart as their last few digits.
    private const double Tolerance = 2e-4;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("quantiles");

    [Theory, InlineData(301), InlineData(31)]
    public void Quantiles_are_those_of_scikit_learn(int knots)
    {
        int[] features = [.. Enumerable.Range(0, Golden.Columns)];
        var layer = new QuantileTransform(Golden.Columns, features, knots);
        var parameters = new float[layer.ParameterCount];
        layer.Fit(parameters, new ReadOnlyMatrix(Golden.Values, Golden.Values.Length / Golden.Columns, Golden.Columns));
        var y = new float[Golden.Between.Length];
        layer.Forward(
            parameters, new ReadOnlyMatrix(Golden.Between, y.Length / Golden.Columns, Golden.Columns),
            new Matrix(y, y.Length / Golden.Columns, Golden.Columns));

        // The median's is one half.
        Near.Equal("quantiles", [.. Golden.Cases.Single(fit => fit.Knots == knots).Shares.Select(share => 2 * share - 1)], y, Tolerance);
    }

    private sealed record Contents(int Columns, float[] Values, float[] Between, Fit[] Cases);

    private sealed record Fit(int Knots, double[] Shares);
}
