namespace Backprop.Distribution;

/// <summary>Predicts how well workers share items of known cost, if each free worker does the next item.</summary>
/// <remarks>Graham (1966), "Bounds for certain multiprocessing anomalies": list scheduling.</remarks>
internal static class ListSchedule
{
    /// <summary>Σ cost / time, where the time is that of the last worker to end. One worker of speed 1 has the speed-up 1.</summary>
    /// <param name="costs">The cost of each item, above 0, in their order; at least one.</param>
    /// <param name="speeds">The speed of each worker, above 0: cost / time. Of workers that are free at the same time, the first does the
    /// next item.</param>
    public static double Speedup(IReadOnlyList<double> costs, IReadOnlyList<double> speeds)
    {
        var free = new PriorityQueue<int, (double Time, int Worker)>(speeds.Select((_, worker) => (worker, (0.0, worker))));
        double total = 0, last = 0;
        foreach (var cost in costs)
        {
            free.TryDequeue(out var worker, out var start);
            var end = start.Time + cost / speeds[worker];
            free.Enqueue(worker, (end, worker));
            total += cost;
            last = Math.Max(last, end);
        }
        return total / last;
    }
}
