namespace Backprop.Metrics;

/// <summary>AUC: the probability that a positive example has a higher score than a negative one. A pair with equal scores counts
/// half.</summary>
/// <remarks>Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve".</remarks>
public sealed record AreaUnderRocCurve : ThresholdFreeMetric
{
    private protected override double Measure(IReadOnlyList<(double Positive, double Negative)> groups, double positives, double negatives)
    {
        double above = 0, pairs = 0;
        foreach (var (positive, negative) in groups)
        {
            pairs += negative * (above + positive / 2);
            above += positive;
        }
        return pairs / (positives * negatives);
    }
}
