using System.Diagnostics;
using System.Globalization;

namespace Backprop.ModelDamage;

/// <summary>Starts a worker, reads what it prints, and starts another behind the file that one did not come back from.</summary>
internal static class Supervisor
{
    // Of the worker's processor time, so that a busy machine does not look like a hang; and of the clock, for one that sleeps.
    private static readonly TimeSpan _busyLimit = TimeSpan.FromSeconds(10), _waitLimit = TimeSpan.FromMinutes(3);

    public static Tally Run(int seed, int first, int count)
    {
        var tally = new Tally();
        // Workers that are ended leave temporary files.
        var folder = Directory.CreateTempSubdirectory("model-damage-").FullName;
        try
        {
            for (var next = first; next < first + count;) next = RunWorker(tally, folder, seed, next, first + count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return tally;
    }

    private static int RunWorker(Tally tally, string folder, int seed, int first, int end)
    {
        var numbers = ((int[])[seed, first, end]).Select(number => number.ToString(CultureInfo.InvariantCulture));
        var start = OwnProgram.With(["worker", .. numbers]);
        start.Environment["TMPDIR"] = start.Environment["TEMP"] = start.Environment["TMP"] = folder;
        using var worker = Process.Start(start)!;
        var next = first;
        try
        {
            while (NextLine(worker) is { } announced)
            {
                string[] parts = announced.Split('\t');
                next = int.Parse(parts[0], CultureInfo.InvariantCulture) + 1;
                var group = Enum.Parse<DamageGroup>(parts[1]);
                if (NextLine(worker) is not { } ended)
                {
                    tally.Add(next - 1, group, parts[2], new TrialResult(Outcome.Hang, 0, worker.HasExited ? "the process ended" : ""));
                    return next;
                }
                string[] result = ended.Split('\t');
                var allocated = long.Parse(result[1], CultureInfo.InvariantCulture);
                tally.Add(next - 1, group, parts[2], new TrialResult(Enum.Parse<Outcome>(result[0]), allocated, result[2]));
                if (tally.Count % 1000 == 0) Console.Error.WriteLine($"{tally.Count} files, {tally.Faults.Count} faults");
            }
            return next == first ? throw new InvalidOperationException("The worker printed nothing.") : next;
        }
        finally
        {
            worker.Kill();
            worker.WaitForExit();
        }
    }

    // Null where the output ended, or nothing came in time.
    private static string? NextLine(Process worker)
    {
        var line = worker.StandardOutput.ReadLineAsync();
        var waited = Stopwatch.StartNew();
        var busy = BusyTime(worker);
        while (!line.Wait(500))
            if (BusyTime(worker) - busy > _busyLimit || waited.Elapsed > _waitLimit) return null;
        return line.Result;
    }

    private static TimeSpan BusyTime(Process worker)
    {
        worker.Refresh();
        return worker.HasExited ? TimeSpan.Zero : worker.TotalProcessorTime;
    }
}
