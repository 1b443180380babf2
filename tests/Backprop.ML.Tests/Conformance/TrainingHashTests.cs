using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Starts tests/TrainingHashes, which trains models of every kind with 1, 2, 3 and 4 threads, and compares their hashes with the stored ones.</summary>
/// <remarks>Stored hashes are those of 64-bit Linux on x64 processors: other systems have other mathematical functions, such as <c>Math.Exp</c>, and differ in the last bit.</remarks>
public class TrainingHashTests
{
    [Theory]
    [InlineData("fused.txt")]
    [InlineData("unfused.txt", "DOTNET_EnableAVX2")]
    public void Every_kind_of_training_gives_the_stored_bits_for_any_number_of_threads(string file, string? switchedOff = null)
    {
        var lines = Run(switchedOff);
        Assert.True(lines.Length > 25, "Fewer trainings than stored.");
        Assert.All(lines, line => Assert.False(line[line.IndexOf(';')..].Contains(','), $"The hash depends on the number of threads: {line}"));
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        Assert.Equal(File.ReadAllLines(Path.Combine(Repository.Root, "tests", "TrainingHashes", file)), lines);
    }

    private static string[] Run(string? switchedOff)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, "TrainingHashes", output.Name, "TrainingHashes.dll");
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(dotnet, [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (switchedOff is not null) start.Environment[switchedOff] = "0";

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        process.WaitForExit();
        Assert.True(errors.Result.Length == 0, errors.Result);
        return lines[1..];
    }
}
