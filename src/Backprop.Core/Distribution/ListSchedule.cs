using System.Globalization;

namespace Backprop.Distribution;

/// <summary>Predicts how well ranks share items of known cost, if each free rank does the next item.</summary>
/// <remarks>Graham (1966), "Bounds for certain multiprocessing anomalies": list scheduling.</remarks>
internal static class ListSchedule
{
    private const double MinEfficiency = 0.5;

    /// <summary>Σ cost / (ranks · time), where the time is that of the last rank to end; 1 if no rank waits.</summary>
    /// <param name="costs">The cost of each item, above 0, in their order; at least one.</param>
    /// <param name="ranks">The number of ranks, at least 1.</param>
    public static double Efficiency(IReadOnlyList<double> costs, int ranks)
    {
        var ends = new PriorityQueue<double, double>(Enumerable.Repeat((0.0, 0.0), ranks));
        double total = 0, last = 0;
        foreach (var cost in costs)
        {
            var end = ends.Dequeue() + cost;
            ends.Enqueue(end, end);
            total += cost;
            last = Math.Max(last, end);
        }
        return total / (ranks * last);
    }

    /// <summary>A warning if the ranks would wait more than they compute; null otherwise.</summary>
    /// <param name="costs">The cost of each item.</param>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="items">The name of the items, in plural.</param>
    public static string? Warning(IReadOnlyList<double> costs, int ranks, string items)
    {
        if (costs.Count == 0) return null;
        var efficiency = Efficiency(costs, ranks);
        if (efficiency >= MinEfficiency) return null;
        var better = ranks;
        while (Efficiency(costs, better) < MinEfficiency) better--;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ranks} ranks are too many for {costs.Count} {items} at a time: the predicted efficiency is {efficiency:F2}, so most of the "
            + $"time, ranks wait. {better} ranks have an efficiency of {Efficiency(costs, better):F2}.");
    }
}
