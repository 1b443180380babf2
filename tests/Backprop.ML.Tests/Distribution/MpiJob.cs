using System.Diagnostics;

namespace Backprop.ML.Tests.Distribution;

/// <summary>Programs under the launchers of MPI that are installed.</summary>
internal static class MpiJob
{
    /// <summary>The launchers of Debian's packages openmpi-bin and mpich, which can both be installed.</summary>
    public static string[] Launchers => ["mpirun.openmpi", "mpirun.mpich"];

    /// <summary>The path of a launcher; null if it is not installed.</summary>
    public static string? PathOf(string launcher) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, launcher)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="launcher">One of <see cref="Launchers"/>.</param>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="project">The project of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables besides those of the test.</param>
    public static (int ExitCode, string Output, string Errors) Run(
        string launcher, int ranks, string project, string[] arguments, params (string Name, string Value)[] environment)
    {
        var isOpenMpi = launcher.EndsWith("openmpi", StringComparison.Ordinal);
        string[] ofLauncher = isOpenMpi ? ["--oversubscribe", "--bind-to", "none"] : [];
        var start = new ProcessStartInfo(
            PathOf(launcher)!, [.. ofLauncher, "-n", $"{ranks}", TestProgram.Dotnet, TestProgram.PathOf(project), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Containers run as root, and Open MPI gives the ranks a terminal.
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["TERM"] = "dumb";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{launcher} did not end within 60 s. Output: {output.Result} Errors: {errors.Result}");
        }
        return (process.ExitCode, output.Result, errors.Result);
    }
}

/// <summary>A test for each launcher of MPI. It is skipped, and says so, for launchers that are not installed.</summary>
internal sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute() => Skip = MissingMpi.Reason;
}

/// <summary>The same for a test with several cases.</summary>
internal sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute() => Skip = MissingMpi.Reason;
}

internal static class MissingMpi
{
    /// <summary>Why tests of MPI are skipped; null if they are not.</summary>
    public static string? Reason
    {
        get
        {
            var missing = MpiJob.Launchers.Where(launcher => MpiJob.PathOf(launcher) is null).ToArray();
            return missing.Length == 0
                ? null
                : $"MPI is not tested: {string.Join(", ", missing)} not found. Run scripts/install-mpi.sh.";
        }
    }
}
