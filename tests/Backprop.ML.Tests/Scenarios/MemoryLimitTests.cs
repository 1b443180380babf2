namespace Backprop.ML.Tests.Scenarios;

/// <summary>Starts tests/MemoryLimit, a process that may use little memory.</summary>
public class MemoryLimitTests
{
    [Fact]
    public void Rows_that_leave_no_room_for_the_rest_are_streamed_before_memory_runs_out()
    {
        var output = Run(limit: "0x10000000", "50", "150");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["50 memory", "150 stream"], lines.Select(line => line[..line.LastIndexOf(' ')]));
    }

    private static string Run(string limit, params string[] arguments)
    {
        var (exitCode, output, errors) = TestProgram.Run("MemoryLimit", arguments, ("DOTNET_GCHeapHardLimit", limit));
        Assert.True(exitCode == 0, errors);
        return output;
    }
}
