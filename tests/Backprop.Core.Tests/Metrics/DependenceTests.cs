using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Metrics;

/// <summary>Grid, bands and H by hand.</summary>
public class DependenceTests
{
    [Fact]
    public void A_grid_has_observed_quantiles_in_ascending_order()
    {
        double[] values = [.. Enumerable.Range(0, 101).Select(i => (double)(i * 37 % 101))];
        Assert.Equal([5, 23, 41, 59, 77, 95], Grid(values, 6));
        Assert.Equal([0, 25, 50, 75, 100], Grid(values, 5, 0, 1));
    }

    [Fact]
    public void A_grid_has_every_distinct_value_once_if_there_are_few_and_no_missing_ones()
    {
        Assert.Equal([-1, 2, 7], Grid([2, 7, double.NaN, 2, -1, double.PositiveInfinity, 7], 3));
        Assert.Empty(Grid([double.NaN], 3));
        // Most quantiles have the same value.
        Assert.Equal([0, 9], Grid([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 9], 3, 0, 1));
    }

    [Fact]
    public void Categories_are_in_descending_order_of_their_frequency()
    {
        string?[] names = ["b", "a", null, "c", "a", "c", null, null, null];
        Assert.Equal(["a", "c"], ObservedGrid.OfCategories(names, 2).Select(row => names[row]));
        Assert.Equal(["a", "c", "b"], ObservedGrid.OfCategories(names, 9).Select(row => names[row]));
    }

    [Fact]
    public void Bands_are_standard_errors_and_quantiles_of_the_rows()
    {
        // Two points, four rows: 1 2 3 6, then 2 4 6 8.
        var curve = PartialDependence.Of(
            "x", "y", false, [("0", 0), ("1", 1)], new ReadOnlyMatrix([1, 2, 3, 6, 2, 4, 6, 8], 2, 4), 0.5, [3], [10, 11, 12, 13]);

        var first = curve.Points[0];
        Assert.Equal((3, 1.75, 3.75), (first.Mean, first.Lower, first.Upper));
        Assert.Equal(Math.Sqrt((4 + 1 + 0 + 9) / 3.0 / 4), first.StandardError, 1e-12);
        Assert.Equal((0, 0, 0, 0), (first.CenteredMean, first.CenteredStandardError, first.CenteredLower, first.CenteredUpper));

        // The differences are 1 2 3 2.
        var second = curve.Points[1];
        Assert.Equal((2, 1.75, 2.25), (second.CenteredMean, second.CenteredLower, second.CenteredUpper));
        Assert.Equal(Math.Sqrt(2 / 3.0 / 4), second.CenteredStandardError, 1e-12);
        var single = Assert.Single(curve.Curves);
        Assert.Equal(13, single.Row);
        Assert.Equal([6, 8], single.Values);
        Assert.Equal([0, 2], single.CenteredValues);
    }

    [Fact]
    public void H_is_the_share_that_is_not_additive()
    {
        double[] first = [-1, -1, 1, 1], second = [-2, 2, -2, 2], product = [1, -1, -1, 1];
        double[] sum = [.. first.Zip(second, (a, b) => a + b)], both = [.. sum.Zip(product, (a, b) => 5 + a + b)];
        Assert.Equal(0, InteractionStrength.Of("a", "b", sum, first, second).H);

        // Variances: 1, 4, and 1 of the interaction.
        var mixed = InteractionStrength.Of("a", "b", both, first, second);
        Assert.Equal((Math.Sqrt(1 / 6.0), 1), (mixed.H, mixed.StandardDeviation));
        Assert.Equal(1, InteractionStrength.Of("a", "b", product, new double[4], new double[4]).H);
        Assert.Equal(0, InteractionStrength.Of("a", "b", [7, 7, 7, 7], new double[4], new double[4]).H);
    }

    private static IEnumerable<double> Grid(double[] values, int size, double lower = 0.05, double upper = 0.95) =>
        ObservedGrid.OfQuantiles(values, size, lower, upper).Select(row => values[row]);
}
