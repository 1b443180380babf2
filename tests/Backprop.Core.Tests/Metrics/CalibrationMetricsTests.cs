using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Metrics;

/// <summary>Calibration errors by hand, and the identity of the Brier score.</summary>
public class CalibrationMetricsTests
{
    // Eight rows, in quarters: (0, ¼] has 0.1 and 0.2 with one event, (½, ¾] has 0.6 twice with one event, (¾, 1] has four with three.
    private static readonly float[] Probabilities = [0.1f, 0.2f, 0.6f, 0.6f, 0.8f, 0.8f, 0.9f, 0.9f];
    private static readonly float[] Outcomes = [1, 0, 0, 1, 1, 1, 1, 0];

    [Fact]
    public void Errors_are_those_of_a_calculation_by_hand()
    {
        var measured = CalibrationMetrics.Measure(Probabilities, Outcomes, numberOfBins: 4);

        Assert.Equal([(0, 0.25, 2), (0.5, 0.75, 2), (0.75, 1, 4)], measured.Bins.Select(bin => (bin.Lower, bin.Upper, bin.Rows)));
        // |0.15 − 0.5|, |0.6 − 0.5|, |0.85 − 0.75|
        Assert.Equal([-0.35, 0.1, 0.1], measured.Bins.Select(bin => Math.Round(bin.Gap, 6)));
        Assert.Equal((2 * 0.35 + 2 * 0.1 + 4 * 0.1) / 8, measured.ExpectedCalibrationError, 1e-6);
        Assert.Equal(0.35, measured.MaximumCalibrationError, 1e-6);
        Assert.Equal((0.81 + 0.04 + 0.36 + 0.16 + 0.04 + 0.04 + 0.01 + 0.81) / 8, measured.BrierScore, 1e-6);
        Assert.Equal((2 * 0.1225 + 2 * 0.01 + 4 * 0.01) / 8, measured.Reliability, 1e-6);
        Assert.Equal(4 * 2 * 0.125 * 0.125 / 8, measured.Resolution, 1e-6);
        Assert.Equal(0.625 * 0.375, measured.Uncertainty, 1e-6);
        Assert.Equal((2 * 0.0025 + 4 * 0.0025) / 8, measured.WithinBinVariance, 1e-6);
    }

    [Theory]
    [InlineData(ProbabilityBinning.EqualWidth, 1)]
    [InlineData(ProbabilityBinning.EqualWidth, 15)]
    [InlineData(ProbabilityBinning.EqualCount, 7)]
    public void The_five_terms_have_the_sum_of_the_brier_score(ProbabilityBinning binning, int bins)
    {
        var random = new Random(3);
        float[] probabilities = [.. Enumerable.Range(0, 500).Select(_ => random.NextSingle())];
        float[] outcomes = [.. probabilities.Select(p => random.NextSingle() < p * p ? 1f : 0)];
        var measured = CalibrationMetrics.Measure(probabilities, outcomes, bins, binning);

        Assert.Equal(measured.BrierScore, measured.Reliability - measured.Resolution + measured.Uncertainty + measured.WithinBinVariance
            - measured.WithinBinCovariance, 1e-12);
        Assert.True(bins == 1 || measured.WithinBinVariance < 0.01);
    }

    [Fact]
    public void Murphys_terms_alone_have_that_sum_if_every_bin_has_one_probability()
    {
        float[] probabilities = [0.05f, 0.05f, 0.55f, 0.55f, 0.55f, 0.95f], outcomes = [0, 1, 0, 1, 1, 1];
        var measured = CalibrationMetrics.Measure(probabilities, outcomes, 10);
        Assert.Equal(measured.BrierScore, measured.Reliability - measured.Resolution + measured.Uncertainty, 1e-12);
        Assert.Equal((0, 0), (measured.WithinBinVariance, measured.WithinBinCovariance));
    }

    [Fact]
    public void Probabilities_that_are_the_shares_have_no_calibration_error()
    {
        float[] probabilities = [0.25f, 0.25f, 0.25f, 0.25f, 1, 1, 0], outcomes = [0, 1, 0, 0, 1, 1, 0];
        var measured = CalibrationMetrics.Measure(probabilities, outcomes);
        Assert.Equal((0, 0, 0), (measured.ExpectedCalibrationError, measured.MaximumCalibrationError, measured.Reliability));
    }

    [Fact]
    public void Bins_of_equal_count_keep_equal_probabilities_together()
    {
        float[] probabilities = [0.1f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f, 0.9f];
        var measured = CalibrationMetrics.Measure(probabilities, new float[8], 4, ProbabilityBinning.EqualCount);
        Assert.Contains(measured.Bins, bin => bin.Rows >= 6);
        Assert.Equal(8, measured.Bins.Sum(bin => bin.Rows));
    }

    // Wilson (1927): for 8 of 10, the interval is 0.4902 to 0.9433; for 0 of 5, from 0 to z²/(5 + z²).
    [Fact]
    public void The_interval_of_a_share_is_wilsons()
    {
        var (lower, upper) = new CalibrationBin(0, 1, 10, 0.5, 0.8).ShareInterval;
        Assert.Equal((0.4902, 0.9433), (Math.Round(lower, 4), Math.Round(upper, 4)));
        var none = new CalibrationBin(0, 1, 5, 0.5, 0).ShareInterval;
        Assert.Equal(0, none.Lower);
        Assert.Equal(3.8414588 / 8.8414588, none.Upper, 1e-7);
    }

    [Fact]
    public void Class_wise_errors_are_means_and_maxima_over_the_classes()
    {
        // Two rows. Class 0: 0.8 and 0.3 with the shares 1 and 0. Class 1: 0.1 and 0.6 with 0 and 1. Class 2: 0.1 and 0.1 with 0.
        float[] probabilities = [0.8f, 0.1f, 0.1f, 0.3f, 0.6f, 0.1f];
        var measured = MulticlassCalibrationMetrics.Measure(
            new ReadOnlyMatrix(probabilities, 2, 3), new ReadOnlyMatrix([0, 1], 2, 1), 10);
        Assert.Equal((0.2 + 0.4) / 2, measured.TopLabelExpectedCalibrationError, 1e-6);
        Assert.Equal(((0.2 + 0.3) / 2 + (0.1 + 0.4) / 2 + 0.1) / 3, measured.ClassWiseExpectedCalibrationError, 1e-6);
        Assert.Equal((0.4, 0.4), (Math.Round(measured.TopLabelMaximumCalibrationError, 6),
            Math.Round(measured.ClassWiseMaximumCalibrationError, 6)));
        Assert.Equal(["0", "1", "2"], measured.Classes.Select(one => one.Name));
    }

    [Fact]
    public void What_is_no_probability_is_refused_with_its_row()
    {
        Assert.Contains("row 1", Assert.ThrowsAny<ArgumentException>(
            () => CalibrationMetrics.Measure([0.5f, 1.5f], [0, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("row 0", Assert.ThrowsAny<ArgumentException>(
            () => CalibrationMetrics.Measure([float.NaN], [0])).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.ThrowsAny<ArgumentException>(
            () => CalibrationMetrics.Measure([], [])).Message, StringComparison.Ordinal);
        Assert.Contains("numberOfBins must be at least 1", Assert.ThrowsAny<ArgumentException>(
            () => CalibrationMetrics.Measure([0.5f], [0], 0)).Message, StringComparison.Ordinal);
        Assert.Contains("2 probabilities", Assert.ThrowsAny<ArgumentException>(
            () => CalibrationMetrics.Measure([0.5f, 0.5f], [0])).Message, StringComparison.Ordinal);
        Assert.Contains("sum 1.1", Assert.ThrowsAny<ArgumentException>(
            () => MulticlassCalibrationMetrics.Measure(new ReadOnlyMatrix([0.5f, 0.6f], 1, 2), new ReadOnlyMatrix([0], 1, 1)))
            .Message, StringComparison.Ordinal);
        Assert.Contains("class index 2", Assert.ThrowsAny<ArgumentException>(
            () => MulticlassCalibrationMetrics.Measure(new ReadOnlyMatrix([0.5f, 0.5f], 1, 2), new ReadOnlyMatrix([2], 1, 1)))
            .Message, StringComparison.Ordinal);
    }
}
