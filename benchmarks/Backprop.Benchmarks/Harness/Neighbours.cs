using System.Diagnostics;

namespace Backprop.Benchmarks.Harness;

/// <summary>What other programs take of the machine from now on. Threads that wait for a processor which another program has measure that
/// program.</summary>
/// <param name="helper">A process that works for the benchmark, and is no neighbour.</param>
internal sealed class Neighbours(Process? helper = null)
{
    // The kernel counts in hundredths of a second, and in whole ones of these.
    private const double TicksPerSecond = 100;

    private readonly double _machine = BusySeconds(), _own = OwnSeconds(helper);
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Processors that others kept busy, on average: 0.5 is half of one.</summary>
    public double Processors =>
        Math.Max(0, (BusySeconds() - _machine - (OwnSeconds(helper) - _own)) / Stopwatch.GetElapsedTime(_start).TotalSeconds);

    private static double OwnSeconds(Process? helper)
    {
        helper?.Refresh();
        return (Environment.CpuUsage.TotalTime + (helper?.TotalProcessorTime ?? TimeSpan.Zero)).TotalSeconds + SecondsOfEndedChildren();
    }

    // Ranks of a job are processes that this one starts and waits for. Their times follow those of the process itself.
    private static double SecondsOfEndedChildren()
    {
        const int userTime = 13, systemTime = 14;
        var stat = File.ReadAllText("/proc/self/stat");
        var afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(afterName[userTime]) + long.Parse(afterName[systemTime])) / TicksPerSecond;
    }

    // user, nice, system, idle, iowait, irq, softirq, steal: all but waiting. What the host takes for other guests counts as well.
    private static double BusySeconds()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(long.Parse).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }
}
