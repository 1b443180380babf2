using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Finds the score above which examples are called positive.</summary>
internal static class ThresholdChoice
{
    // A random access to memory, and a metric.
    private const long WorkOfRow = 32;

    /// <summary>The threshold with the best metric, half way between two scores. Of several, the one nearest to 0, which is the default
    /// threshold.</summary>
    /// <param name="metric">The metric to maximize.</param>
    /// <param name="scores">[rows × 1]; positive are those above the threshold.</param>
    /// <param name="targets">[rows × 1]: above 0.5 where the example is positive.</param>
    /// <param name="weights">[rows], or empty.</param>
    /// <param name="work">Counts the work; null where work is not counted.</param>
    public static Real Best(
        IDecisionMetric metric, ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? work = null)
    {
        var rows = scores.Rows;
        var (keys, order) = (scores.Values.ToArray(), new int[rows]);
        for (var row = 0; row < rows; row++) order[row] = row;
        ChunkedSort.Sort(keys, order, work);

        double positives = 0, negatives = 0;
        for (var row = 0; row < rows; row++)
        {
            if (targets.Row(row)[0] > 0.5) positives += Metric.WeightOf(weights, row);
            else negatives += Metric.WeightOf(weights, row);
        }

        // From the lowest score up. Examples up to the current one are called negative.
        double missed = 0, dismissed = 0;
        var threshold = Real.BitDecrement(keys[0]);
        var best = metric.Of(new DecisionCounts(positives, negatives, 0, 0));
        for (var i = 0; i < rows; i++)
        {
            work?.Add(WorkOfRow);
            if (targets.Row(order[i])[0] > 0.5) missed += Metric.WeightOf(weights, order[i]);
            else dismissed += Metric.WeightOf(weights, order[i]);
            if (i + 1 < rows && keys[i + 1] == keys[i]) continue;
            var value = metric.Of(new DecisionCounts(positives - missed, negatives - dismissed, missed, dismissed));
            var candidate = i + 1 < rows ? Between(keys[i], keys[i + 1]) : keys[i];
            if (value > best || (value == best && Math.Abs(candidate) < Math.Abs(threshold))) (best, threshold) = (value, candidate);
        }
        return threshold;
    }

    // 0 if it is between the scores, otherwise the middle. Never the upper score, which must be above the threshold.
    private static Real Between(Real lower, Real upper)
    {
        if (lower <= 0 && upper > 0) return 0;
        var middle = lower + (upper - lower) / 2;
        return middle < upper ? middle : lower;
    }
}
