using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Metrics;

public class SummaryMetricsTests
{
    // Counted by hand.
    [Fact]
    public void Confusions_are_counted()
    {
        float[] scores =
        [
            0.7f, 0.2f, 0.1f, // 0 as 0
            0.1f, 0.8f, 0.1f, // 0 as 1
            0.1f, 0.8f, 0.1f, // 0 as 1
            0.3f, 0.4f, 0.3f, // 1 as 1
            0.2f, 0.2f, 0.6f, // 1 as 2
        ];
        var confusion = ConfusionCounts.OfClasses(
            new ReadOnlyMatrix(scores, 5, 3), new ReadOnlyMatrix([0f, 0, 0, 1, 1], 5, 1), ["a", "b", "c"]);
        Assert.Equal((1, 2, 0), (confusion[0, 0], confusion[0, 1], confusion[0, 2]));
        Assert.Equal((0, 1, 1), (confusion[1, 0], confusion[1, 1], confusion[1, 2]));
        Assert.Equal((3, 2, 0), (confusion.TrueRows(0), confusion.TrueRows(1), confusion.TrueRows(2)));
        Assert.Equal((1, 3, 1, 5), (confusion.PredictedRows(0), confusion.PredictedRows(1), confusion.PredictedRows(2), confusion.Rows));
        Assert.Equal((1.0 / 3, 0.5), (confusion.Recall(0), confusion.Recall(1)));
        Assert.Equal((1, 1.0 / 3), (confusion.Precision(0), confusion.Precision(1)));
        Assert.True(double.IsNaN(confusion.Recall(2)));
        Assert.Equal([(0, 1, 2), (1, 2, 1)], confusion.Mistakes);

        var decisions = ConfusionCounts.OfDecisions(
            new ReadOnlyMatrix([1f, 1, -1, -1, -1], 5, 1), new ReadOnlyMatrix([1f, 0, 1, 0, 0], 5, 1));
        Assert.Equal((2, 1, 1, 1), (decisions[0, 0], decisions[0, 1], decisions[1, 0], decisions[1, 1]));
        Assert.ThrowsAny<ArgumentException>(
            () => ConfusionCounts.OfClasses(new ReadOnlyMatrix([1f, 0], 1, 2), new ReadOnlyMatrix([2f], 1, 1), ["a", "b"]));
    }

    [Fact]
    public void An_order_with_a_score_that_is_not_a_number_has_no_metric()
    {
        ReadOnlyMatrix scores = new([0.1f, float.NaN, 0.7f, float.NaN], 4, 1), targets = new([0f, 1, 1, 0], 4, 1);
        Assert.True(double.IsNaN(new AreaUnderRocCurve().Measure(scores, scores, targets, [])));
        Assert.True(double.IsNaN(new AreaUnderPrecisionRecallCurve().Measure(scores, scores, targets, [])));
    }

    // The second label is never true, so it has no area.
    [Fact]
    public void Means_over_labels_leave_out_those_without_the_metric()
    {
        ReadOnlyMatrix scores = new([1f, 0, 2, 0, 3, 0], 3, 2), targets = new([0f, 0, 1, 0, 1, 0], 3, 2);
        var area = Assert.Single(MetricInterval.Measure([new AreaUnderRocCurve()], scores, scores, targets, samples: 50));
        Assert.Equal(1, area.Value);
        Assert.InRange(area.UndefinedSamples, 1, 25); // of rows of the same class
    }

    // Residuals 0, 1, …, 100: quantiles are known. The IQR is 50, so the width is 100 / ∛101 = 21.5, and 100 is 4.66 widths.
    [Fact]
    public void Residuals_have_quantiles_and_a_histogram_of_Freedman_and_Diaconis()
    {
        float[] labels = [.. Enumerable.Range(0, 101).Select(row => (float)(row * 37 % 101))];
        var summary = ResidualSummary.Of("y", new float[101], labels, maximumPoints: 10);
        Assert.Equal((101, 50, 50, 5, 95), (summary.Rows, summary.Mean, summary.Median, summary.Lower, summary.Upper));
        Assert.Equal(Math.Sqrt((101 * 101 - 1) / 12.0), summary.StandardDeviation, 1e-9);
        Assert.Equal(5, summary.Histogram.Count);
        Assert.Equal([20, 20, 20, 20, 21], summary.Histogram.Select(bin => bin.Rows));
        Assert.Equal(10, summary.Points.Distinct().Count());
        Assert.Equal(summary.Points, ResidualSummary.Of("y", new float[101], labels, maximumPoints: 10).Points);

        var equal = ResidualSummary.Of("y", [1, 2], [2, 3]);
        Assert.Equal(new HistogramBin(1, 1, 2), Assert.Single(equal.Histogram));
        Assert.Equal([(1.0, 2.0), (2.0, 3.0)], equal.Points);
    }

    [Fact]
    public void A_constant_prediction_has_the_values_that_are_known_of_it()
    {
        // Shares 3/4 and 1/4: accuracy 3/4, the entropy in nats, an area of 1/2.
        var binary = new ReadOnlyMatrix([1f, 1, 0, 1], 4, 1);
        Assert.Equal(
            [0.75, -0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25), 0.5],
            ConstantPrediction.Measure([new Accuracy(), new LogLoss(), new AreaUnderRocCurve()], TargetKind.Binary, 1, binary),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        // Classes of the shares 1/2, 1/4, 1/4.
        var classes = new ReadOnlyMatrix([2f, 2, 0, 1], 4, 1);
        Assert.Equal(
            [0.5, 1.5 * Math.Log(2)], ConstantPrediction.Measure([new Accuracy(), new LogLoss()], TargetKind.Class, 3, classes),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        // Means 2 and 20 of two targets; the deviations are 1 and 10.
        var targets = new ReadOnlyMatrix([1f, 10, 3, 30], 2, 2);
        Assert.Equal([0, 5.5], ConstantPrediction.Measure([new RSquared(), new MeanAbsoluteError()], TargetKind.Real, 2, targets));
    }

    [Fact]
    public void Columns_have_ranges_or_frequent_categories()
    {
        var number = ColumnSummary.OfNumbers("x", [3, double.NaN, -1, 3]);
        Assert.Equal((4, 1, 0.25), (number.Rows, number.MissingRows, number.MissingShare));
        Assert.Equal((-1, 5.0 / 3, 3, 2), (number.Minimum, number.Mean, number.Maximum, number.DistinctValues));
        Assert.True(double.IsNaN(ColumnSummary.OfNumbers("x", [double.NaN]).Minimum));

        var category = ColumnSummary.OfCategories("c", ["b", null, "a", "b", "z"], new HashSet<string> { "a", "b" });
        Assert.Equal((5, 1, 3, 1), (category.Rows, category.MissingRows, category.DistinctValues, category.UnknownRows));
        Assert.Equal([("b", 2), ("a", 1), ("z", 1)], category.Frequent);
    }
}
