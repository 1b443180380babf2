using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Training;

namespace Backprop.Benchmarks.Harness;

/// <summary>What one core can do at most: multiply-adds on registers, nothing else.</summary>
internal static class Peak
{
    private const int Chains = 12, Steps = 400_000;

    /// <summary>Single-precision operations per second; a multiply-add is two. The best of several tries, so that a disturbed one does not
    /// lower the mark.</summary>
    public static double Measure()
    {
        double best = 0;
        for (var attempt = 0; attempt < 30; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            Work();
            best = Math.Max(best, OperationsOfWork / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    /// <summary>What so many cores can do at most at this moment, together.</summary>
    public static double MeasureTeam(int threads)
    {
        using var team = new WorkerTeam(threads);
        Action<int> work = _ => Work();
        var seconds = Enumerable.Range(0, 30).Min(_ => PairedRun.SecondsPerCall(() => team.Run(work)));
        return threads * OperationsOfWork / seconds;
    }

    /// <summary>The same loop by two threads, against one after the other: what a second thread can gain at most, at this moment.</summary>
    /// <remarks>A host may give two virtual processors one core. The guest sees both idle, and no work by others.</remarks>
    public static Comparison CompareThreads()
    {
        using var team = new WorkerTeam(2);
        Action<int> work = _ => Work();
        return PairedRun.Compare(() => team.Run(work), () =>
        {
            Work();
            Work();
        });
    }

    private static double OperationsOfWork =>
        2.0 * (Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count) * Chains * Steps;

    private static void Work() => _ = Vector512.IsHardwareAccelerated ? Wide(Steps) : Narrow(Steps);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Wide(int steps)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f), a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y,
            i = y, j = y, k = y, l = y;
        for (; steps > 0; steps--)
        {
            (a, b, c) = (Vector512.FusedMultiplyAdd(a, x, y), Vector512.FusedMultiplyAdd(b, x, y), Vector512.FusedMultiplyAdd(c, x, y));
            (d, e, f) = (Vector512.FusedMultiplyAdd(d, x, y), Vector512.FusedMultiplyAdd(e, x, y), Vector512.FusedMultiplyAdd(f, x, y));
            (g, h, i) = (Vector512.FusedMultiplyAdd(g, x, y), Vector512.FusedMultiplyAdd(h, x, y), Vector512.FusedMultiplyAdd(i, x, y));
            (j, k, l) = (Vector512.FusedMultiplyAdd(j, x, y), Vector512.FusedMultiplyAdd(k, x, y), Vector512.FusedMultiplyAdd(l, x, y));
        }
        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Narrow(int steps)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f), a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y,
            i = y, j = y, k = y, l = y;
        for (; steps > 0; steps--)
        {
            (a, b, c) = (Vector256.FusedMultiplyAdd(a, x, y), Vector256.FusedMultiplyAdd(b, x, y), Vector256.FusedMultiplyAdd(c, x, y));
            (d, e, f) = (Vector256.FusedMultiplyAdd(d, x, y), Vector256.FusedMultiplyAdd(e, x, y), Vector256.FusedMultiplyAdd(f, x, y));
            (g, h, i) = (Vector256.FusedMultiplyAdd(g, x, y), Vector256.FusedMultiplyAdd(h, x, y), Vector256.FusedMultiplyAdd(i, x, y));
            (j, k, l) = (Vector256.FusedMultiplyAdd(j, x, y), Vector256.FusedMultiplyAdd(k, x, y), Vector256.FusedMultiplyAdd(l, x, y));
        }
        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }
}
