using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric of groups of rows, such as the documents of one query: the weighted mean of its values for the groups.</summary>
public abstract record GroupMetric : Metric
{
    /// <summary>The metric of one group.</summary>
    /// <param name="scores">[rows × outputs]: raw scores of all rows of the group.</param>
    /// <param name="predictions">[rows × outputs]: the predictions that the loss's link computes from the scores.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <returns>The metric; NaN if it is not defined for these targets.</returns>
    public abstract double MeasureGroup(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets);

    /// <summary>Treats all rows as one group.</summary>
    /// <inheritdoc/>
    public sealed override double Measure(
        ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        MeasureGroup(scores, predictions, targets);

    /// <summary>The mean over groups. Each group has the weight of its first row.</summary>
    /// <param name="scores">[rows × outputs]</param>
    /// <param name="predictions">[rows × outputs]</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="weights">[rows], or empty if all weights are equal.</param>
    /// <param name="groups">[rows]: the group of each row; groups are runs of equal values.</param>
    /// <exception cref="ArgumentException">There is no row, or another number of groups than rows.</exception>
    public double MeasureGroups(
        ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, ReadOnlySpan<int> groups) =>
        MeasureGroups(scores, predictions, targets, weights, groups, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal double MeasureGroups(
        ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, ReadOnlySpan<int> groups,
        WorkMeter? meter)
    {
        if (targets.Rows == 0 || groups.Length != targets.Rows || scores.Rows != targets.Rows || predictions.Rows != targets.Rows)
            throw new ArgumentException(
                $"{scores.Rows} rows of scores, {predictions.Rows} of predictions and {groups.Length} groups do not fit {targets.Rows} "
                + "rows of targets. The counts must be equal, and at least 1.", nameof(groups));
        double sum = 0, total = 0;
        for (int first = 0, count; first < groups.Length; first += count)
        {
            count = 1;
            while (first + count < groups.Length && groups[first + count] == groups[first]) count++;
            var weight = WeightOf(weights, first);
            sum += weight * MeasureGroup(
                scores.RowRange(first, count), predictions.RowRange(first, count), targets.RowRange(first, count));
            total += weight;
            meter?.AddSorting(count);
        }
        return sum / total;
    }
}
