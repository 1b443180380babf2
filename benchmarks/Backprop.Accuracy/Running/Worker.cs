using System.Diagnostics;
using System.Globalization;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Results;

namespace Backprop.Accuracy.Running;

/// <summary>The process of a learner, seen from here. It is started when it is first needed, and anew after it had to be ended.</summary>
internal sealed class Worker(Learner learner) : IDisposable
{
    // Something that does not even use a processor is stuck.
    private const double MaxWaitingPerProcessorSecond = 20;

    private Process? _process;

    /// <summary>The process, to tell its work from that of neighbours.</summary>
    public Process Process => _process ??= Start();

    /// <summary>Has a job done.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limit">Seconds of processor time, of all threads together, after which the process is ended.</param>
    /// <returns>Seconds; or why there are none.</returns>
    public async Task<WorkerAnswer> AskAsync(Job job, double limit)
    {
        var process = Process;
        var processor = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await process.StandardInput.WriteLineAsync(job.Folder);
        await process.StandardInput.FlushAsync();
        var answer = ReadAnswerAsync(process.StandardOutput);
        while (await Task.WhenAny(answer, Task.Delay(200)) != answer)
        {
            process.Refresh();
            if (
                process.HasExited
                || ((process.TotalProcessorTime - processor).TotalSeconds < limit
                    && Stopwatch.GetElapsedTime(start).TotalSeconds < limit * MaxWaitingPerProcessorSecond))
                continue;
            End();
            return new WorkerAnswer(ResultRow.TimeLimitFailure(limit), 0, 0, 0);
        }
        return Parse(await answer);
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    private static WorkerAnswer Parse(string[] cells) => cells is ["answer", "ok", var fit, var processor, var predict]
        ? new WorkerAnswer(null, Number(fit), Number(processor), Number(predict))
        : new WorkerAnswer($"failed: {cells.ElementAtOrDefault(2) ?? "the process ended"}", 0, 0, 0);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    // Libraries print what they please in between.
    private async Task<string[]> ReadAnswerAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            if (line.StartsWith("answer\t", StringComparison.Ordinal)) return line.Split('\t');
        _process = null;
        return [];
    }

    private Process Start()
    {
        var start = learner.Worker();
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        // Threads of OpenMP that wait for each other beside other programs take many times as long; no prediction depends on them.
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    private void End()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}

/// <summary>What a worker tells.</summary>
/// <param name="Failure">Null where it predicted; otherwise why not.</param>
/// <param name="FitSeconds">Seconds of fitting.</param>
/// <param name="FitProcessorSeconds">Those of all its threads together.</param>
/// <param name="PredictSeconds">Seconds of predicting.</param>
internal sealed record WorkerAnswer(string? Failure, double FitSeconds, double FitProcessorSeconds, double PredictSeconds);
