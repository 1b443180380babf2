using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;
using Backprop.Benchmarks.Harness;

namespace Backprop.Accuracy.Running;

/// <summary>Has learners work on splits, one after the other, and keeps the results. What is there already is left out, so a run can stop
/// and go on.</summary>
internal sealed class AccuracyRun(Manifest manifest, Choice choice) : IDisposable
{
    private readonly Dictionary<Learner, Worker> _workers = choice.Learners.ToDictionary(
        learner => learner, learner => new Worker(learner));
    private readonly Dictionary<Learner, ResultFile> _results = choice.Learners.ToDictionary(
        learner => learner, learner => new ResultFile(learner.Key));
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("backprop-accuracy-");
    private readonly string _commit = Repository.Commit();

    public async Task RunAsync()
    {
        foreach (var protocol in choice.Protocols)
            foreach (var set in protocol.Sets(manifest).Where(choice.Wants)) await RunAsync(protocol, protocol.Open(manifest, set));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers.Values) worker.Dispose();
        _scratch.Delete(recursive: true);
    }

    private async Task RunAsync(Protocol protocol, DataSet set)
    {
        var able = choice.Learners.Where(learner => learner.Suits(set.Task))
            .Select(learner => (Learner: learner, Recipe: ResultFile.Register(learner.Key, learner.Recipe(set.Task)))).ToArray();
        foreach (var split in protocol.Splits(manifest, set).Where(split => choice.Wants(split.Number)))
        {
            var left = able.Where(one => choice.Again || !IsDone(one.Learner, one.Recipe, protocol, set, split)).ToArray();
            if (left.Length == 0) continue;
            var job = Job.Write(Path.Combine(_scratch.FullName, "job"), protocol, set, split);
            string[] labels = [.. split.Test.Select(row => set.Labels[row])];
            foreach (var (learner, recipe) in left) await RunAsync(learner, recipe, protocol, job, labels, split.Number);
        }
    }

    private async Task RunAsync(Learner learner, string recipe, Protocol protocol, Job job, string[] labels, int split)
    {
        File.Delete(job.Predictions);
        var worker = _workers[learner];
        var neighbours = new Neighbours(worker.Process);
        var process = worker.Process;
        var answer = await worker.AskAsync(job, choice.Limit);
        var others = process == worker.Process ? neighbours.Processors : 0;
        var (measures, failure) = answer.Failure is { } why ? (null, why) : Measure(job, labels);
        var row = new ResultRow(
            protocol.Name, job.Set, split, measures, answer.FitSeconds, answer.FitProcessorSeconds, answer.PredictSeconds, others,
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), _commit, recipe, failure ?? "");
        _results[learner].Append(row);
        Console.WriteLine(
            $"{protocol.Name} {job.Set} {split} {learner.Key}: {failure ?? $"{Math.Abs(row.Score!.Value):G5}, {row.FitSeconds:F2} s"}");
    }

    private static (Measures?, string?) Measure(Job job, string[] labels)
    {
        try
        {
            return (Measures.Of(Predictions.Read(job.Predictions), labels, job.Classes), null);
        }
        catch (InvalidDataException error)
        {
            return (null, $"failed: {error.Message}");
        }
    }

    // A result of other options or versions is none, and one that ran out of time is none if there is more of it now. Who ran out of it on
    // one split would on the others.
    private bool IsDone(Learner learner, string recipe, Protocol protocol, DataSet set, Split split)
    {
        var results = _results[learner].Rows.Where(row => row.Protocol == protocol.Name && row.Set == set.Name && row.Recipe == recipe)
            .ToArray();
        return results.Any(row => row.TimeLimit >= choice.Limit) || results.Any(row => row.Split == split.Number && row.TimeLimit is null);
    }
}
