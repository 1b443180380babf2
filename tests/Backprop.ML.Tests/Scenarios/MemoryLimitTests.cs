using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Starts tests/MemoryLimit, a process that may use little memory.</summary>
public class MemoryLimitTests
{
    [Fact]
    public void Rows_that_leave_no_room_for_the_rest_are_streamed_before_memory_runs_out()
    {
        var output = Run(limit: "0x10000000", "50", "150");
        Assert.Equal(["50 memory", "150 stream"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string Run(string limit, params string[] arguments)
    {
        // The build puts every project's output into a folder of the project's name, with the configuration below it.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(here.Parent!.Parent!.FullName, "MemoryLimit", here.Name, "MemoryLimit.dll");
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe"
            : "dotnet");
        var start = new ProcessStartInfo(dotnet, [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = limit;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
