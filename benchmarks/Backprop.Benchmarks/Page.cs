using System.Diagnostics;
using System.Runtime.InteropServices;
using Backprop.Benchmarks.Harness;

namespace Backprop.Benchmarks;

/// <summary>docs/measurements/speed.md: text above the marker is written by hand, text below it is the table of the last run.</summary>
internal static class Page
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/run.sh --write. -->";

    /// <summary>Path of a file of the repository; the program is built below its root.</summary>
    public static string InRepository(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Backprop.ML.sln"))) return Path.Combine([folder.FullName, .. path]);
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Backprop.ML.sln.");
    }

    public static void Write(Report report)
    {
        var page = InRepository("docs", "measurements", "speed.md");
        var text = File.ReadAllText(page);
        var marker = text.IndexOf(Marker, StringComparison.Ordinal);
        if (marker < 0) throw new InvalidDataException($"{page} must have this line, which the table follows: {Marker}");
        var head = text[..(marker + Marker.Length)];
        File.WriteAllText(page, $"""
            {head}

            {DateTime.UtcNow:yyyy-MM-dd}, {Processor()}, {Environment.ProcessorCount} cores, FMA peak {report.Peak / 1e9:F0} GFLOP/s a core;
            {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Split('#')[0].Trim()}; commit {Commit()}.

            {report}
            """);
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();

    private static string Commit()
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["-C", InRepository(), "describe", "--always", "--dirty"]) { RedirectStandardOutput = true })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }
}
