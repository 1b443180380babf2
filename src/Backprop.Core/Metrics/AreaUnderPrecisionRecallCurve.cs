namespace Backprop.Metrics;

/// <summary>The mean of the precision over all recalls, as the threshold falls from the highest score to the lowest: Σ (Rₙ −
/// Rₙ₋₁)·Pₙ.</summary>
/// <remarks>As scikit-learn's average precision; ML.NET interpolates between the points, so its value is a little different.</remarks>
public sealed record AreaUnderPrecisionRecallCurve : ThresholdFreeMetric
{
    private protected override double Measure(IReadOnlyList<(double Positive, double Negative)> groups, double positives, double negatives)
    {
        double found = 0, seen = 0, sum = 0;
        foreach (var (positive, negative) in groups)
        {
            found += positive;
            seen += positive + negative;
            sum += positive * (found / seen);
        }
        return sum / positives;
    }
}
