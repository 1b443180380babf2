using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Metrics;

public class MetricIntervalTests
{
    // With errors of 0 and 1, the mean absolute error of a sample is B/n with B binomial. Its quantiles are those of the binomial.
    [Theory]
    [InlineData(20, 6, 0.95, 2, 10)]
    [InlineData(20, 6, 0.5, 5, 7)]
    [InlineData(10, 5, 0.9, 2, 8)]
    public void The_interval_of_a_share_is_that_of_the_binomial_distribution(int rows, int ones, double confidence, int lower, int upper)
    {
        // The ends that are expected follow from the distribution function, which is summed here.
        Assert.Equal((lower, upper), (BinomialQuantile((1 - confidence) / 2), BinomialQuantile((1 + confidence) / 2)));
        float[] targets = [.. Enumerable.Range(0, rows).Select(row => row < ones ? 1f : 0f)];
        var interval = Measure(new MeanAbsoluteError(), new float[rows], targets, samples: 20_000, confidence);
        Assert.Equal((double)ones / rows, interval.Value, 1e-12);
        Assert.Equal((double)lower / rows, interval.Lower, 1e-12);
        Assert.Equal((double)upper / rows, interval.Upper, 1e-12);

        int BinomialQuantile(double share)
        {
            double p = (double)ones / rows, probability = Math.Pow(1 - p, rows), sum = probability;
            var k = 0;
            for (; sum < share; sum += probability) probability *= (rows - k) * p / ((k++ + 1) * (1 - p));
            return k;
        }
    }

    // Two rows have four samples: (1, 1), (1, 2), (2, 1), (2, 2). The one class of the first and the last has no AUC.
    [Fact]
    public void Samples_of_one_class_have_no_area_and_are_counted()
    {
        var interval = Measure(new AreaUnderRocCurve(), [0.2f, 0.7f], [0, 1], samples: 4000);
        Assert.Equal((1, 1, 1), (interval.Value, interval.Lower, interval.Upper));
        Assert.InRange(interval.UndefinedSamples, 1850, 2150);

        var none = Measure(new AreaUnderRocCurve(), [0.2f, 0.7f], [1, 1], samples: 10);
        Assert.Equal(10, none.UndefinedSamples);
        Assert.True(double.IsNaN(none.Value) && double.IsNaN(none.Lower) && double.IsNaN(none.Upper));
    }

    // A weight of 0 is as if the row were absent.
    [Fact]
    public void Rows_that_are_not_drawn_do_not_count()
    {
        float[] scores = [0.9f, 0.8f, 0.7f, 0.6f], targets = [0, 1, 0, 1];
        foreach (var metric in Metric.All.Where(metric => metric.Suits(TargetKind.Binary)))
        {
            var weighted = Of(metric, scores, targets, [0, 1, 1, 1]);
            Assert.Equal(Of(metric, scores[1..], targets[1..], []), weighted, 1e-6);
        }

        static double Of(Metric metric, float[] scores, float[] targets, float[] weights)
        {
            var matrix = new ReadOnlyMatrix(scores, scores.Length, 1);
            return metric.Measure(matrix, matrix, new ReadOnlyMatrix(targets, targets.Length, 1), weights);
        }
    }

    [Fact]
    public void The_seed_decides_and_the_number_of_threads_does_not()
    {
        float[] scores = [.. Enumerable.Range(0, 50).Select(row => (float)Math.Sin(row))];
        float[] targets = [.. Enumerable.Range(0, 50).Select(row => (float)Math.Cos(row))];
        MetricInterval Of(int seed, int threads) => Measure(new RSquared(), scores, targets, samples: 100, seed: seed, threads: threads);
        Assert.Equal(Of(3, 1), Of(3, 4));
        Assert.NotEqual(Of(3, 1), Of(4, 1));
    }

    [Fact]
    public void Means_over_targets_have_intervals()
    {
        // Errors of the first target are 1, those of the second 3.
        var interval = Measure(new MeanAbsoluteError(), [1, 3, 1, 3], [0, 0, 0, 0], samples: 50, columns: 2);
        Assert.Equal((2, 2, 2), (interval.Value, interval.Lower, interval.Upper));
    }

    [Fact]
    public void What_is_out_of_range_is_named()
    {
        Assert.Contains("samples", Refusal(() => Measure(new RSquared(), [1], [1], samples: 1)), StringComparison.Ordinal);
        Assert.Contains("confidence", Refusal(() => Measure(new RSquared(), [1], [1], confidence: 1)), StringComparison.Ordinal);
        Assert.Contains("0 rows of targets", Refusal(() => Measure(new RSquared(), [], [])), StringComparison.Ordinal);

        static string Refusal(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
    }

    private static MetricInterval Measure(
        Metric metric, float[] scores, float[] targets, int samples = 1000, double confidence = 0.95, int seed = 0, int? threads = null,
        int columns = 1)
    {
        var matrix = new ReadOnlyMatrix(scores, scores.Length / columns, columns);
        return Assert.Single(MetricInterval.Measure(
            [metric], matrix, matrix, new ReadOnlyMatrix(targets, targets.Length / columns, columns), samples, confidence, seed, threads));
    }
}
