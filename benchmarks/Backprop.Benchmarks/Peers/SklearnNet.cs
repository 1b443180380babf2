using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Backprop.Benchmarks.Harness;

namespace Backprop.Benchmarks.Peers;

/// <summary>scikit-learn's MLPClassifier in a process of its own, on one thread.</summary>
internal sealed class SklearnNet : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-benchmarks");
    private readonly Process _process;

    private SklearnNet(Net net, float[] x, float[] y, int epochs)
    {
        string features = Path.Combine(_folder.FullName, "x"), classes = Path.Combine(_folder.FullName, "y");
        File.WriteAllBytes(features, MemoryMarshal.AsBytes<float>(x));
        File.WriteAllBytes(classes, MemoryMarshal.AsBytes<int>(y.Select(value => (int)value).ToArray()));
        string[] arguments = [
            Page.InRepository("benchmarks", "sklearn_fit.py"), features, classes, $"{net.Inputs}", $"{net.BatchSize}", $"{epochs}",
            .. net.Hidden.Select(units => $"{units}")];
        var start = new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var variable in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]) start.Environment[variable] = "1";
        start.Environment.Remove("LD_PRELOAD");
        _process = Process.Start(start)!;
    }

    /// <summary>Starts it; null where Python or scikit-learn is not installed.</summary>
    public static SklearnNet? Start(Net net, float[] x, float[] y, int epochs)
    {
        if (!File.Exists("/usr/bin/python3")) return null;
        using var probe = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", "import sklearn"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? new SklearnNet(net, x, y, epochs) : null;
    }

    /// <summary>Where it works.</summary>
    public Process Process => _process;

    /// <summary>Fits once.</summary>
    /// <returns>Seconds, by its own clock.</returns>
    public double Fit()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        return double.Parse(
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("scikit-learn ended."), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
