using System.Runtime.InteropServices;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Starts tests/TrainingHashes, which trains models of every kind with 1, 2, 3 and 4 threads, and compares their hashes with the
/// stored ones.</summary>
/// <remarks>Stored hashes are those of 64-bit Linux on x64 processors: other systems have other mathematical functions, such as
/// <c>Math.Exp</c>, and differ in the last bit.</remarks>
public class TrainingHashTests
{
    [Theory]
    [InlineData("fused.txt")]
    [InlineData("unfused.txt", "DOTNET_EnableAVX2")]
    public void Every_kind_of_training_gives_the_stored_bits_for_any_number_of_threads(string file, string? switchedOff = null)
    {
        var lines = Run(switchedOff);
        Assert.True(lines.Length > 25, "Fewer trainings than stored.");
        Assert.All(
            lines, line => Assert.False(line[line.IndexOf(';')..].Contains(','), $"The hash depends on the number of threads: {line}"));
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        Assert.Equal(File.ReadAllLines(Path.Combine(Repository.Root, "tests", "TrainingHashes", file)), lines);
    }

    private static string[] Run(string? switchedOff)
    {
        var (_, output, errors) = switchedOff is null
            ? TestProgram.Run("TrainingHashes", [])
            : TestProgram.Run("TrainingHashes", [], (switchedOff, "0"));
        Assert.True(errors.Length == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1..];
    }
}
