using Backprop.Losses;
using Backprop.Metrics;

namespace Backprop.Training;

/// <summary>Checks before a run that examples have the groups that the loss and the metric need.</summary>
internal static class GroupChecks
{
    // So many rows have 50 million pairs, which need about a second.
    private const int MaxRowsOfPairs = 10_000;

    /// <summary>Checks groups, weights and targets.</summary>
    /// <exception cref="ArgumentException">Groups are missing, a group has different weights, or no group has an order.</exception>
    public static void Check(Loss loss, Metric? metric, ExampleSet training, ExampleSet? validation)
    {
        if (metric is GroupMetric && validation is not null) CheckGroups(metric.ToString(), validation, nameof(validation));
        if (loss is not GroupLoss) return;
        CheckGroups(loss.ToString(), training, nameof(training));
        CheckWeights(training, nameof(training));
        if (validation is not null)
        {
            CheckGroups(loss.ToString(), validation, nameof(validation));
            CheckWeights(validation, nameof(validation));
        }
        if (loss is RankingLoss && !HasOrder(training))
            throw new ArgumentException(
                $"{loss.GetType().Name} learns the order of the examples of a group, but no group of the {training.Count} training "
                + $"examples has two examples of different relevance. Check targets and groups.", nameof(training));
    }

    /// <summary>Warns of groups that a ranking learns nothing from, and of a group with very many pairs.</summary>
    public static void Warn(Loss loss, ExampleSet training, RunReports reports)
    {
        if (loss is not RankingLoss) return;
        var (starts, singles, largest) = (training.GroupStarts(), 0, 0);
        for (var group = 1; group < starts.Length; group++)
        {
            var rows = starts[group] - starts[group - 1];
            largest = Math.Max(largest, rows);
            if (rows == 1) singles++;
        }
        if (singles > 0)
            reports.Warn(
                $"{singles:N0} of {starts.Length - 1:N0} groups have one row. They have no order, so nothing is learned from them.");
        const string work = $"{nameof(RankNetLoss)} compares all pairs of them in every step. {nameof(LambdaRankLoss)} compares fewer.";
        if (loss is RankNetLoss && largest > MaxRowsOfPairs) reports.Warn($"A group has {largest:N0} rows. {work}");
    }

    /// <summary>The first row whose weight differs from that of the row before, in the same group; null for none.</summary>
    public static int? FirstOtherWeight(ReadOnlySpan<Real> weights, ReadOnlySpan<int> groups)
    {
        for (var row = 1; row < weights.Length; row++)
            if (groups[row] == groups[row - 1] && weights[row] != weights[row - 1]) return row;
        return null;
    }

    private static void CheckGroups(string what, ExampleSet examples, string name)
    {
        if (examples.Groups.IsEmpty)
            throw new ArgumentException(
                $"{what} needs the groups of the {name} examples, but they have none. Set them by {nameof(ExampleSet.WithGroups)}.", name);
    }

    private static void CheckWeights(ExampleSet examples, string name)
    {
        if (FirstOtherWeight(examples.Weights, examples.Groups) is { } row)
            throw new ArgumentException(
                $"Group {examples.Groups[row]} of the {name} examples has the weights {examples.Weights[row - 1]} and "
                + $"{examples.Weights[row]} (row {row}). All examples of a group must have the same weight.", name);
    }

    private static bool HasOrder(ExampleSet examples)
    {
        for (var row = 1; row < examples.Count; row++)
            if (examples.Groups[row] == examples.Groups[row - 1] && !examples.Targets.Row(row).SequenceEqual(examples.Targets.Row(row - 1)))
                return true;
        return false;
    }
}
