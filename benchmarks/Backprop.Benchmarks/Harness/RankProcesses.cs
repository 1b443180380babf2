using System.Diagnostics;

namespace Backprop.Benchmarks.Harness;

/// <summary>Runs this program as ranks of a job. Each rank is bound to a core of its own.</summary>
internal static class RankProcesses
{
    /// <summary>Runs the ranks, and waits for them. A single rank needs no launcher.</summary>
    /// <param name="launcher">The launcher of Open MPI or MPICH.</param>
    /// <param name="ranks">Number of ranks.</param>
    /// <param name="arguments">The arguments of this program on each rank.</param>
    /// <returns>The lines of their output.</returns>
    /// <exception cref="InvalidOperationException">A rank failed.</exception>
    public static string[] LinesOf(string launcher, int ranks, params string[] arguments) => ranks == 1
        ? LinesOnCore(0, arguments)
        : LinesOf(
            [launcher, "-n", $"{ranks}", launcher.Contains("mpich", StringComparison.Ordinal) ? "-bind-to" : "--bind-to", "core"],
            arguments);

    /// <summary>Runs a single rank on a core, and waits for it.</summary>
    /// <param name="core">The core.</param>
    /// <param name="arguments">The arguments of this program.</param>
    /// <returns>The lines of its output.</returns>
    /// <exception cref="InvalidOperationException">The rank failed.</exception>
    public static string[] LinesOnCore(int core, params string[] arguments) => LinesOf(["taskset", "-c", $"{core}"], arguments);

    private static string[] LinesOf(string[] command, string[] arguments)
    {
        var start = new ProcessStartInfo(command[0], [.. command[1..], Environment.ProcessPath!, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        foreach (var name in (string[])["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]) start.Environment[name] = "1";
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"{command[0]} ended with exit code {process.ExitCode}: {output}");
    }
}
