using System.Diagnostics;
using System.Globalization;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>What to expect of several ranks that share the steps of a training, before the first step.</summary>
/// <remarks>The exchange of a step is measured, and so is the speed of matrix products. No result depends on these times.</remarks>
internal static class ShardPlan
{
    private const double MinEfficiency = 0.5;

    // Of the speed of products. Steps of large networks reach up to 0.95 (docs/measurements/speed-details.md).
    private const double ShareOfProducts = 0.75;

    /// <summary>Measures and predicts. All ranks call this method together; rank 0 reports.</summary>
    /// <param name="reducer">Exchanges the values.</param>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The rows of a batch.</param>
    /// <param name="threads">The threads of this rank.</param>
    /// <param name="reports">Receives the plan, and a warning if ranks would wait for most of the time.</param>
    public static void Report(RankReducer reducer, Network network, int batchSize, int threads, RunReports reports)
    {
        var (ranks, shards) = (reducer.Ranks, reducer.Shards.Count);
        var (exchange, latency) = reducer.Rehearse();
        if (ranks.Rank != 0) return;
        var costs = CostsOf(network.ParameterCount, batchSize, threads * SpeedOfProducts(), ranks.Size, exchange, latency);
        reports.Note($"{Plan(costs, ranks.Size, shards)}");
        if (Warning(costs, ranks.Size) is { } warning) reports.Advise(warning);
    }

    /// <summary>The costs, so that the exchange of some ranks has the time that was measured.</summary>
    public static ShardCosts CostsOf(
        long parameters, int batchSize, double operationsPerSecond, int ranks, TimeSpan exchange, TimeSpan latency)
    {
        // An exchange of single values has the latency of all levels.
        var seconds = Math.Max(1e-9, (exchange - 2 * latency).TotalSeconds);
        return new ShardCosts
        {
            Parameters = parameters,
            BatchSize = batchSize,
            OperationsPerSecond = ShareOfProducts * operationsPerSecond,
            BytesPerSecond = 2.0 * (ranks - 1) / ranks * sizeof(Real) * parameters / seconds,
            Latency = latency.TotalSeconds / Math.Max(1, ShardCosts.LevelsOf(ranks)),
        };
    }

    /// <summary>The plan, as a line of the log.</summary>
    public static string Plan(ShardCosts costs, int ranks, int shards) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ranks} ranks share each batch of {costs.BatchSize} rows, in {shards} shards. Predicted for a step: "
        + $"computing {1e3 * costs.Computing(ranks):G3} ms, exchanging {1e3 * costs.Exchanging(ranks):G3} ms, "
        + $"efficiency {costs.Efficiency(ranks):F2}.");

    /// <summary>A warning if ranks would exchange for longer than they compute; null otherwise.</summary>
    public static string? Warning(ShardCosts costs, int ranks)
    {
        if (costs.Efficiency(ranks) >= MinEfficiency) return null;
        var fewer = costs.RanksWith(MinEfficiency, ranks);
        var better = fewer == 1 ? "One process is faster" : $"Use {fewer} ranks";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ranks} ranks are too many for batches of {costs.BatchSize} rows: the predicted efficiency is "
            + $"{costs.Efficiency(ranks):F2}, so ranks exchange values for most of the time. {better}, or set "
            + $"{nameof(TrainingOptions.BatchSize)} to at least {costs.BatchSizeFor(MinEfficiency, ranks)}.");
    }

    // One thread, in products of a size that the steps of tables have.
    private static double SpeedOfProducts()
    {
        const int width = 128, rounds = 8;
        Real[] x = new Real[width * width], w = new Real[width * width], b = new Real[width], y = new Real[width * width];
        Array.Fill(x, (Real)0.5);
        Array.Fill(w, (Real)0.5);
        var best = double.PositiveInfinity;
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            MatrixMultiply.Product(
                new ReadOnlyMatrix(x, width, width), new ReadOnlyMatrix(w, width, width), b, new Matrix(y, width, width));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * width * width * width / best;
    }
}
