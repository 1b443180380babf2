using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.Benchmarks.Peers;

/// <summary>A script of benchmarks/ in a process of the system's Python. It answers every line with a line.</summary>
internal abstract class PythonPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-benchmarks");
    private Process? _process;

    /// <summary>The process, after <see cref="Start"/>.</summary>
    public Process Process => _process!;

    public void Dispose()
    {
        Process.StandardInput.Close();
        Process.WaitForExit();
        Process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Whether Python has a module.</summary>
    protected static bool Has(string module)
    {
        if (!File.Exists(Python)) return false;
        using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", $"import {module}"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }

    /// <summary>Writes values for the script, and returns the path of their file.</summary>
    protected string Write<T>(string name, ReadOnlySpan<T> values) where T : unmanaged
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(values));
        return path;
    }

    /// <summary>Starts the script.</summary>
    protected void Start(string script, int threads, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, [Page.InRepository("benchmarks", script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var variable in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]) start.Environment[variable] = $"{threads}";
        start.Environment.Remove("LD_PRELOAD");
        _process = Process.Start(start)!;
    }

    /// <summary>Asks for an answer.</summary>
    protected string Ask()
    {
        Process.StandardInput.WriteLine();
        Process.StandardInput.Flush();
        return ReadLine();
    }

    /// <summary>The next line of the script.</summary>
    protected string ReadLine() =>
        Process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{GetType().Name} ended.");
}
