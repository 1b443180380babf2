using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Uncertainty;

/// <summary>Coverage, width and size, counted by hand.</summary>
public class UncertaintyMetricTests
{
    [Fact]
    public void Intervals_are_counted_by_target()
    {
        float[] ends = [0, 2, 5, 6, 1, 3, 5, 9, 4, 10, 5, 7, 0, 1, 5, 6], targets = [2, 4, 0, 9, 11, 6, 0.5f, 7];
        var metrics = IntervalMetrics.Measure(new ReadOnlyMatrix(ends, 4, 4), new ReadOnlyMatrix(targets, 4, 2), "a", "b");
        Assert.Equal(new TargetIntervalMetrics("a", 4, 0.5, 0.25, 0.25, 11.0 / 4, 2), metrics.Targets[0]);
        Assert.Equal(new TargetIntervalMetrics("b", 4, 0.5, 0.25, 0.25, 2, 1.5), metrics.Targets[1]);
        Assert.Equal((4, 0.5, 2.375), (metrics.Rows, metrics.Coverage, metrics.MeanWidth));
    }

    [Fact]
    public void A_target_is_measured_on_the_rows_that_have_it()
    {
        var metrics = IntervalMetrics.Measure(
            new ReadOnlyMatrix([0, 2, 5, 6, 1, 3, 5, 9], 2, 4), new ReadOnlyMatrix([1, float.NaN, 7, 9], 2, 2), "a", "b");
        Assert.Equal(new TargetIntervalMetrics("a", 2, 0.5, 0, 0.5, 2, 2), metrics.Targets[0]);
        Assert.Equal(new TargetIntervalMetrics("b", 1, 1, 0, 0, 4, 4), metrics.Targets[1]);
    }

    [Fact]
    public void A_target_that_no_row_has_is_not_measured()
    {
        ReadOnlyMatrix targets = new([1, float.NaN, 7, float.NaN], 2, 2), ends = new([0, 2, 5, 6, 1, 3, 5, 9], 2, 4);
        var intervals = IntervalMetrics.Measure(ends, targets, "a", "b");
        Assert.Equal((0, double.NaN), (intervals.Targets[1].Rows, intervals.Targets[1].Coverage));
        Assert.Equal((0.5, 2.0), (intervals.Coverage, intervals.MeanWidth));

        var errors = MultiTargetRegressionMetrics.Measure(new ReadOnlyMatrix([3, 5, 6, 5], 2, 2), targets, "a", "b");
        Assert.True(double.IsNaN(errors.Targets[1].MeanAbsoluteError));
        Assert.Equal((1.5, 2.5), (errors.MeanAbsoluteError, errors.MeanSquaredError));
        var failing = MultiTargetRegressionMetrics.Measure(new ReadOnlyMatrix([1, float.NaN], 1, 2), new ReadOnlyMatrix([1, 1], 1, 2));
        Assert.True(double.IsNaN(failing.MeanAbsoluteError));
        Assert.Equal(1.5, new MeanAbsoluteError().Measure(default, new ReadOnlyMatrix([3, 5, 6, 5], 2, 2), targets, []));
    }

    [Fact]
    public void Sets_are_counted()
    {
        float[] sets = [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0];
        var metrics = PredictionSetMetrics.Measure(new ReadOnlyMatrix(sets, 5, 3), [0, 1, 2, 1, 1]);
        Assert.Equal((5, 0.6, 1.2, 0.2, 0.4), (metrics.Rows, metrics.Coverage, metrics.MeanSize, metrics.EmptyShare, metrics.SingleShare));
        Assert.Equal([1, 2.0 / 3, 0], metrics.ClassCoverage);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => IntervalMetrics.Measure(new ReadOnlyMatrix([1, 2], 1, 2), new ReadOnlyMatrix([1, 2], 1, 2)));
        Assert.Throws<ArgumentException>(() => IntervalMetrics.Measure(default, default));
        Assert.Throws<ArgumentException>(
            "intervals", () => IntervalMetrics.Measure(new ReadOnlyMatrix([1, float.NaN], 1, 2), new ReadOnlyMatrix([1], 1, 1)));
        Assert.Throws<ArgumentException>(() => PredictionSetMetrics.Measure(new ReadOnlyMatrix([1, 2], 1, 2), [0, 1]));
        Assert.Contains("class of row 0 is 2", Assert.Throws<ArgumentException>(
            () => PredictionSetMetrics.Measure(new ReadOnlyMatrix([1, 2], 1, 2), [2])).Message);
    }
}
