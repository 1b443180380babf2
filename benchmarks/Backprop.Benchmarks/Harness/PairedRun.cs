using System.Diagnostics;

namespace Backprop.Benchmarks.Harness;

/// <summary>Two ways of doing the same work, timed in turn: what disturbs the machine disturbs both, so the ratio within a round means more
/// than either time.</summary>
internal static class PairedRun
{
    private const int Rounds = 9;
    private const double SecondsPerTurn = 0.15;

    /// <summary>Times <paramref name="ours"/> and <paramref name="peer"/> in turn, A B A B …, after a warm-up.</summary>
    /// <returns>Seconds per call, and how many times as long the peer takes.</returns>
    public static Comparison Compare(Action ours, Action peer)
    {
        int ourCalls = WarmUp(ours), peerCalls = WarmUp(peer);
        return Compare(() => SecondsPerCall(ours, ourCalls), () => SecondsPerCall(peer, peerCalls), Rounds, helper: null);
    }

    /// <summary>Times work for which there is no peer.</summary>
    /// <returns>Seconds per call: the median of the rounds.</returns>
    public static double Time(Action ours)
    {
        var calls = WarmUp(ours);
        return Enumerable.Range(0, Rounds).Select(_ => SecondsPerCall(ours, calls)).Order().ElementAt(Rounds / 2);
    }

    /// <summary>Compares work that takes long by itself and times itself, one call a turn, after one to warm up.</summary>
    /// <param name="ours">Works, and returns seconds.</param>
    /// <param name="peer">Likewise.</param>
    /// <param name="helper">The process that the peer works in, if it is not this one.</param>
    public static Comparison CompareTimes(Func<double> ours, Func<double> peer, Process? helper = null)
    {
        ours();
        peer();
        return Compare(ours, peer, rounds: 7, helper);
    }

    /// <summary>Compares work that takes so long that compiling does not show, without a call to warm up.</summary>
    /// <param name="ours">Works, and returns seconds.</param>
    /// <param name="peer">Likewise.</param>
    /// <param name="rounds">Calls of each.</param>
    public static Comparison CompareTimes(Func<double> ours, Func<double> peer, int rounds) => Compare(ours, peer, rounds, helper: null);

    private static Comparison Compare(Func<double> ours, Func<double> peer, int rounds, Process? helper)
    {
        var neighbours = new Neighbours(helper);
        List<(double, double)> times = [.. Enumerable.Range(0, rounds).Select(_ => (ours(), peer()))];
        return Comparison.Of(times, neighbours.Processors);
    }

    // Long enough for the runtime to have compiled everything a second time.
    private static int WarmUp(Action action)
    {
        var watch = Stopwatch.StartNew();
        var calls = 0;
        for (; watch.Elapsed.TotalSeconds < 0.6 || calls < 3; calls++) action();
        watch.Restart();
        for (var call = 0; call < Math.Max(1, calls / 10); call++) action();
        var seconds = watch.Elapsed.TotalSeconds / Math.Max(1, calls / 10);
        return Math.Max(1, (int)(SecondsPerTurn / seconds));
    }

    /// <summary>Seconds that <paramref name="action"/> takes, on average over some calls.</summary>
    public static double SecondsPerCall(Action action, int calls = 1)
    {
        var start = Stopwatch.GetTimestamp();
        for (var call = 0; call < calls; call++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}

/// <summary>Medians over rounds.</summary>
/// <param name="Ours">Seconds per call.</param>
/// <param name="Peer">Seconds per call.</param>
/// <param name="Ratio">Peer / ours within a round: above 1, ours is faster.</param>
/// <param name="Least">The smallest ratio of a round.</param>
/// <param name="Most">The largest.</param>
/// <param name="Others">Processors that other programs kept busy meanwhile.</param>
internal sealed record Comparison(double Ours, double Peer, double Ratio, double Least, double Most, double Others)
{
    public static Comparison Of(List<(double Ours, double Peer)> rounds, double others)
    {
        var ratios = rounds.Select(round => round.Peer / round.Ours).Order().ToArray();
        return new Comparison(
            Median(rounds.Select(r => r.Ours)), Median(rounds.Select(r => r.Peer)), Median(ratios), ratios[0], ratios[^1], others);
    }

    private static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
