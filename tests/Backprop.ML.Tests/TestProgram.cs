using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.ML.Tests;

/// <summary>Runs a console project of the folder tests as a process of its own, by the runtime that runs the test.</summary>
internal static class TestProgram
{
    /// <summary>The program that runs the test.</summary>
    public static string Dotnet { get; } = Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    /// <summary>The built program of a project.</summary>
    /// <remarks>The build puts every project's output into a folder of the project's name, with the configuration below it.</remarks>
    public static string PathOf(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(output.Parent!.Parent!.FullName, project, output.Name, $"{project}.dll");
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="project">The project.</param>
    /// <param name="arguments">What is given to it.</param>
    /// <param name="environment">Variables that it sees besides those of the test.</param>
    public static (int ExitCode, string Output, string Errors) Run(
        string project, string[] arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Dotnet, [PathOf(project), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        // Both at once: a process that fills one pipe while the other is read would wait forever.
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
