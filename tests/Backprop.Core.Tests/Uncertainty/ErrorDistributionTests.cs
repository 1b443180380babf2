using Backprop.Uncertainty;

namespace Backprop.Core.Tests.Uncertainty;

/// <summary>Probabilities of anomalies, from the errors of held-out rows.</summary>
public class ErrorDistributionTests
{
    // p = (1 + number of held-out errors of at least s) / (n + 1), by counting.
    [Fact]
    public void The_probability_is_one_minus_the_conformal_p_value()
    {
        float[] errors = [3, 1, 2, 2, 7, 2, 9, 0, 1];
        var distribution = ErrorDistribution.Of(errors);
        foreach (var s in (float[])[-1, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 8, 9, 10, float.PositiveInfinity])
        {
            var pValue = (1 + errors.Count(error => error >= s)) / (errors.Length + 1.0);
            Assert.Equal(1 - pValue, distribution.ProbabilityOf(s), 1e-6);
        }
        Assert.True(float.IsNaN(distribution.ProbabilityOf(float.NaN)));
        Assert.Equal(0.9, distribution.MaxProbability);
    }

    [Fact]
    public void Without_held_out_rows_every_probability_is_0()
    {
        var distribution = ErrorDistribution.Of([]);
        Assert.Equal((0f, 0f, 0d), (distribution.ProbabilityOf(0), distribution.ProbabilityOf(1e30f), distribution.MaxProbability));
    }

    [Fact]
    public void Of_many_errors_some_are_kept_and_probabilities_are_at_most_a_little_smaller()
    {
        const int rows = 50_001;
        var errors = TestNumbers.Normal(rows, seed: 1).Select(Math.Abs).ToArray();
        var distribution = ErrorDistribution.Of(errors);
        Assert.Equal((rows, ErrorDistribution.MaxErrors), (distribution.Rows, distribution.Errors.Length));
        float last = 0;
        for (var s = 0f; s < 5; s += 0.01f)
        {
            double exact = errors.Count(error => error < s) / (rows + 1.0), found = distribution.ProbabilityOf(s);
            Assert.InRange(found, exact - 1.0 / ErrorDistribution.MaxErrors - 1e-6, exact + 1e-6);
            Assert.True(found >= last);
            last = (float)found;
        }
        Assert.Equal(distribution.MaxProbability, distribution.ProbabilityOf(errors.Max() + 1), 1e-6);
    }

    [Theory]
    [InlineData(2, new float[] { 1 })]
    [InlineData(-1, new float[0])]
    [InlineData(2, new float[] { 2, 1 })]
    [InlineData(2, new[] { 1, float.NaN })]
    [InlineData(2, new float[] { -1, 1 })]
    public void Saved_errors_that_are_impossible_are_refused(int rows, float[] errors) =>
        Assert.Throws<ArgumentException>(() => ErrorDistribution.Restore(rows, errors));
}
