using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Backprop.Benchmarks.Harness;
using Backprop.Losses;
using Backprop.Training;

namespace Backprop.Benchmarks.Peers;

/// <summary>The same recipe, trained by the system's PyTorch in a process of its own.</summary>
internal sealed class TorchRecipe : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-benchmarks");

    private TorchRecipe(Recipe recipe, int epochs, int threads)
    {
        var (training, validation) = recipe.Examples();
        string[] arguments =
        [
            Page.InRepository("benchmarks", "torch_recipe.py"), .. Write(training, "train"), .. Write(validation!, "valid"),
            $"{Recipe.Numbers}", string.Join(',', Recipe.Few), string.Join(',', Recipe.Many),
            recipe.Loss.TargetKind == TargetKind.Real ? "number" : "classes", recipe.LearningRate.ToString(CultureInfo.InvariantCulture),
            $"{epochs}", $"{Recipe.Batch}", $"{recipe.Units}", $"{threads}",
        ];
        var start = new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var variable in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[variable] = $"{threads}";
        start.Environment.Remove("LD_PRELOAD");
        Process = Process.Start(start)!;
        ParameterCount = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    /// <summary>Where it works.</summary>
    public Process Process { get; }

    /// <summary>Parameters of its network.</summary>
    public int ParameterCount { get; }

    /// <summary>The validation metric of the last training: accuracy, or minus the mean squared error.</summary>
    public double Metric { get; private set; }

    /// <summary>Starts it; null where Python, PyTorch or OpenBLAS is not installed. Without OpenBLAS, Debian's PyTorch multiplies with the
    /// reference library, which is many times slower.</summary>
    public static TorchRecipe? Start(Recipe recipe, int epochs, int threads)
    {
        if (!File.Exists("/usr/bin/python3") || !OpenBlas.IsAvailable) return null;
        using var probe = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", "import torch"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? new TorchRecipe(recipe, epochs, threads) : null;
    }

    /// <summary>Trains once.</summary>
    /// <returns>Seconds, by its own clock.</returns>
    public double Train()
    {
        Process.StandardInput.WriteLine();
        Process.StandardInput.Flush();
        var values = ReadLine().Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray();
        Metric = values[1];
        return values[0];
    }

    public void Dispose()
    {
        Process.StandardInput.Close();
        Process.WaitForExit();
        Process.Dispose();
        _folder.Delete(recursive: true);
    }

    private string[] Write(ExampleSet examples, string name)
    {
        string features = Path.Combine(_folder.FullName, name + ".x"), targets = Path.Combine(_folder.FullName, name + ".y");
        File.WriteAllBytes(features, MemoryMarshal.AsBytes(examples.Features.Values));
        File.WriteAllBytes(targets, MemoryMarshal.AsBytes(examples.Targets.Values));
        return [features, targets];
    }

    private string ReadLine() => Process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PyTorch ended.");
}
