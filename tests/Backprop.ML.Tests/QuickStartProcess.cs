using System.Diagnostics;

namespace Backprop.ML.Tests;

/// <summary>Runs examples/QuickStart as a user does: a process of its own, in a folder of its own that is deleted afterwards.</summary>
internal sealed class QuickStartProcess : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-quickstart-").FullName;

    public string Output { get; private set; } = "";

    public string Errors { get; private set; } = "";

    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <returns>The exit code.</returns>
    public int Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "QuickStart.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // as in the test programs
        using var process = Process.Start(start)!;
        // Both at once: a process that fills one pipe while the other is read would wait forever.
        var errors = process.StandardError.ReadToEndAsync();
        Output = process.StandardOutput.ReadToEnd();
        Errors = errors.Result;
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
