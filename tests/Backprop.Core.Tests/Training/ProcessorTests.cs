using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.Core.Tests.Training;

/// <summary>Starts tests/TrainingBits with and without an instruction set: a model can be trained again, to the bit, on another x64
/// machine.</summary>
public class ProcessorTests
{
    [Fact]
    public void Training_gives_the_same_bits_with_and_without_512_bit_vectors()
    {
        var (instructions, digests) = Run();
        var (narrowInstructions, narrowDigests) = Run(("DOTNET_EnableAVX512", "0"));
        Assert.Contains("AVX-512 False", narrowInstructions);
        Assert.True(
            digests.SequenceEqual(narrowDigests), $"{instructions}: {string.Join(Environment.NewLine, digests.Except(narrowDigests))}");
    }

    [Fact]
    public void Training_twice_gives_the_same_bits_and_every_combination_others()
    {
        var digests = Run().Digests;
        Assert.Equal(digests, Run().Digests);
        Assert.Equal(digests.Length, digests.Select(line => line.Split(' ')[^1]).Distinct().Count());
    }

    private static (string Instructions, string[] Digests) Run(params (string Name, string Value)[] switches)
    {
        // The build puts every project's output into a folder of the project's name; the very runtime that runs this test starts it.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, "TrainingBits", output.Name, "TrainingBits.dll");
        var dotnet = Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(dotnet, [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in switches) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        Assert.True(lines.Length > 1, "The program printed nothing.");
        return (lines[0], lines[1..]);
    }
}
