using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Reliability curves and Brier scores against scikit-learn.</summary>
public class CalibrationTests
{
    private static readonly Contents Golden = GoldenFile.Read<Contents>("calibration");

    [Fact]
    public void Reliability_curves_are_those_of_scikit_learn()
    {
        Assert.Equal(6, Golden.Curves.Length);
        foreach (var curve in Golden.Curves)
        {
            var binning = Enum.Parse<ProbabilityBinning>(curve.Binning);
            var measured = CalibrationMetrics.Measure(Golden.Probabilities, Golden.Outcomes, curve.Bins, binning);
            AssertCurve(curve.Shares, curve.Means, measured);
            Assert.Equal(Golden.Brier, measured.BrierScore, 1e-7);
        }
    }

    [Fact]
    public void Every_class_and_the_top_label_have_the_curve_and_the_brier_score_of_scikit_learn()
    {
        var rows = Golden.Classes.Length;
        var measured = MulticlassCalibrationMetrics.Measure(
            new ReadOnlyMatrix(Golden.Several, rows, 3), new ReadOnlyMatrix(Golden.Classes, rows, 1), 10, names: ["a", "b", "c"]);

        Assert.Equal(["a", "b", "c"], measured.Classes.Select(one => one.Name));
        foreach (var (expected, one) in Golden.OneVersusRest.Append(Golden.TopLabel).Zip(measured.Classes.Append(measured.TopLabel)))
        {
            AssertCurve(expected.Shares, expected.Means, one);
            Assert.Equal(expected.Brier, one.BrierScore, 1e-6);
        }
        Assert.Equal(Golden.OneVersusRest.Sum(one => one.Brier), measured.BrierScore, 1e-6);
    }

    private static void AssertCurve(double[] shares, double[] means, CalibrationMetrics measured)
    {
        Assert.Equal(shares.Length, measured.Bins.Count);
        for (var bin = 0; bin < shares.Length; bin++)
        {
            Assert.Equal(shares[bin], measured.Bins[bin].PositiveShare, 1e-6);
            Assert.Equal(means[bin], measured.Bins[bin].MeanProbability, 1e-6);
        }
    }

    private sealed record Contents(
        float[] Probabilities, float[] Outcomes, double Brier, Curve[] Curves, float[] Several, float[] Classes, Event[] OneVersusRest,
        Event TopLabel);

    private sealed record Curve(string Binning, int Bins, double[] Shares, double[] Means);

    private sealed record Event(double Brier, double[] Shares, double[] Means);
}
