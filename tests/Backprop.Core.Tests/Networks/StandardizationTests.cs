using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

public class StandardizationTests
{
    [Fact]
    public void Mean_and_deviation_are_those_worked_out_by_hand()
    {
        // 1 2 3 4 5: mean 3, variance 2. And 2 2 2 2 12: mean 4, variance 16.
        var s = Measure([1, 2, 2, 2, 3, 2, 4, 2, 5, 12], columns: 2);
        Assert.Equal([3f, 4f], s.Means.ToArray());
        TestNumbers.AssertClose([0.70710678f, 0.25f], s.Factors, 1e-7f);

        float[] row = [5, 0];
        s.Apply(row, row);
        TestNumbers.AssertClose([1.41421356f, -1], row, 1e-6f);
    }

    [Fact]
    public void Weights_count_like_repeated_rows()
    {
        var weighted = Measure([1, 10, 4, -3, 7, 2], columns: 2, weights: [2, 1, 3]);
        var repeated = Measure([1, 10, 1, 10, 4, -3, 7, 2, 7, 2, 7, 2], columns: 2);
        TestNumbers.AssertClose(repeated.Means, weighted.Means, 1e-6f);
        TestNumbers.AssertClose(repeated.Factors, weighted.Factors, 1e-6f);
    }

    // The sum of 0.1f rounds, so its mean is not 0.1f and its measured variance is not 0.
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0f)]
    [InlineData(-1.7e9f)]
    [InlineData(1e30f)]
    public void A_constant_column_becomes_zero(float constant)
    {
        var s = Measure([.. Enumerable.Repeat(constant, 1001)], columns: 1, weights: [.. Enumerable.Range(1, 1001).Select(i => 0.1f * i)]);
        float[] x = [constant, 12345];
        s.Apply(x.AsSpan(0, 1), x.AsSpan(0, 1));
        s.Apply(x.AsSpan(1, 1), x.AsSpan(1, 1));
        Assert.Equal([0f, 0f], x);
        s.Invert(x.AsSpan(0, 1));
        Assert.Equal(constant, x[0], Math.Abs(constant) * 1e-6f);
    }

    // Seconds since 1970: floats stand 128 apart there, and the sum of squares would drown the spread.
    [Fact]
    public void A_column_far_from_zero_keeps_its_spread()
    {
        float[] dates = [.. Enumerable.Range(0, 1000).Select(i => 1.7e9f + 12_800f * i)];
        var s = Measure(dates, columns: 1);
        Assert.Equal(1 / 3_695_039.9, s.Factors[0], 1e-12); // 12,800·√((1000² − 1) / 12)
        var x = Apply(s, dates);
        Assert.Equal(0, x.Average(), 1e-4f);
        Assert.Equal(1, x.Average(v => v * v), 1e-4f);
    }

    [Fact]
    public void Standardized_columns_have_mean_zero_and_variance_one()
    {
        var values = TestNumbers.Normal(1000, seed: 1, scale: 40);
        var x = Apply(Measure(values, columns: 1), values);
        Assert.Equal(0, x.Average(), 1e-5f);
        Assert.Equal(1, x.Average(v => v * v), 1e-5f);
    }

    [Fact]
    public void Invert_undoes_apply()
    {
        var values = TestNumbers.Normal(300, seed: 2, scale: 5);
        var s = Measure(values, columns: 3);
        for (var row = 0; row < 100; row++)
        {
            var x = values.AsSpan(3 * row, 3).ToArray();
            s.Apply(x, x);
            s.Invert(x);
            TestNumbers.AssertClose(values.AsSpan(3 * row, 3), x, 1e-5f);
        }
    }

    [Fact]
    public void Numbers_out_of_range_are_refused_by_column()
    {
        Assert.Contains("2 means, but 1 factors", Assert.Throws<ArgumentException>(() => new Standardization([1, 2], [1])).Message);
        foreach (
            var (mean, factor) in ((float, float)[])[
                (float.NaN, 1), (float.PositiveInfinity, 1), (0, float.NaN), (0, -1), (0, float.PositiveInfinity)])
            Assert.StartsWith("Column 1:", Assert.Throws<ArgumentException>(() => new Standardization([0, mean], [1, factor])).Message);
    }

    private static Standardization Measure(float[] values, int columns, float[]? weights = null) =>
        Standardization.Measure(new ReadOnlyMatrix(values, values.Length / columns, columns), weights);

    private static float[] Apply(Standardization s, float[] column)
    {
        float[] x = [.. column];
        for (var row = 0; row < x.Length; row++) s.Apply(x.AsSpan(row, 1), x.AsSpan(row, 1));
        return x;
    }
}
