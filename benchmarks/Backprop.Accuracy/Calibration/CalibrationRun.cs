using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Running;

namespace Backprop.Accuracy.Calibration;

/// <summary>Has learners predict the five folds of the smaller classification sets, and keeps their probabilities. Folds that are there
/// already are left out, so a run can stop and go on.</summary>
/// <param name="manifest">The sets.</param>
/// <param name="maxRows">Sets with more rows are left out.</param>
internal sealed class CalibrationRun(Manifest manifest, int maxRows) : IDisposable
{
    private const double Limit = 600;

    private readonly Dictionary<Learner, Worker> _workers = Learner.OfProbabilities.ToDictionary(
        learner => learner, learner => new Worker(learner));
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("backprop-calibration-");

    public async Task RunAsync()
    {
        var sets = manifest.Entries.Where(entry => entry.Task != TaskKind.Regression && entry.Rows <= maxRows);
        foreach (var set in sets.Select(entry => manifest.Open(entry.Name)))
            foreach (var split in Protocol.All[0].Splits(manifest, set)) await RunAsync(set, split);
        CalibrationResults.Write(manifest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers.Values) worker.Dispose();
        _scratch.Delete(recursive: true);
    }

    private async Task RunAsync(DataSet set, Split split)
    {
        Learner[] left = [.. Learner.OfProbabilities.Where(
            learner => !File.Exists(KeptPredictions.PathOf(learner, set.Name, set.Task, split.Number)))];
        if (left.Length == 0) return;
        var job = Job.Write(Path.Combine(_scratch.FullName, "job"), set, split);
        string[] labels = [.. split.Test.Select(row => set.Labels[row])];
        foreach (var learner in left)
        {
            File.Delete(job.Predictions);
            ResultFile.Register(learner.Key, learner.Recipe(set.Task));
            var answer = await _workers[learner].AskAsync(job, Limit);
            var path = KeptPredictions.PathOf(learner, set.Name, set.Task, split.Number);
            if (answer.Failure is null) KeptPredictions.Keep(path, job, labels);
            Console.WriteLine($"{set.Name} {split.Number} {learner.Key}: {answer.Failure ?? $"{answer.FitSeconds:F2} s"}");
        }
    }
}
