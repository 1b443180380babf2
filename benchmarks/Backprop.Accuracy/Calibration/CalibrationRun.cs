using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Running;

namespace Backprop.Accuracy.Calibration;

/// <summary>Has learners predict the folds of classification sets, and keeps their probabilities. Folds that are there already are left
/// out, so a run can stop and go on. So are sets with a result of the same options.</summary>
internal sealed class CalibrationRun(Manifest manifest, Choice choice) : IDisposable
{
    private readonly Dictionary<Learner, Worker> _workers = Learner.OfProbabilities.ToDictionary(
        learner => learner, learner => new Worker(learner));
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("backprop-calibration-");

    public async Task RunAsync()
    {
        foreach (var entry in manifest.Entries.Where(entry => entry.Task != TaskKind.Regression && choice.Wants(entry.Name)))
        {
            Learner[] left = [.. Learner.OfProbabilities.Where(learner => choice.Again || !CalibrationResults.Has(learner, entry))];
            if (left.Length == 0) continue;
            var set = manifest.Open(entry.Name);
            Split[] splits = [.. Protocol.All[0].Splits(manifest, set).Where(split => choice.Wants(split.Number))];
            foreach (var split in splits) await RunAsync(left, set, split);
            CalibrationResults.Write(left, set, [.. splits.Select(split => split.Number)]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers.Values) worker.Dispose();
        _scratch.Delete(recursive: true);
    }

    private async Task RunAsync(Learner[] learners, DataSet set, Split split)
    {
        Learner[] left = [.. learners.Where(
            learner => choice.Again || !File.Exists(KeptPredictions.PathOf(learner, set.Name, set.Task, split.Number)))];
        if (left.Length == 0) return;
        var job = Job.Write(Path.Combine(_scratch.FullName, "job"), Protocol.All[0], set, split);
        string[] labels = [.. split.Test.Select(row => set.Labels[row])];
        foreach (var learner in left)
        {
            File.Delete(job.Predictions);
            ResultFile.Register(learner.Key, learner.Recipe(set.Task));
            var answer = await _workers[learner].AskAsync(job, choice.Limit);
            var path = KeptPredictions.PathOf(learner, set.Name, set.Task, split.Number);
            if (answer.Failure is null) KeptPredictions.Keep(path, job, labels);
            Console.WriteLine($"{set.Name} {split.Number} {learner.Key}: {answer.Failure ?? $"{answer.FitSeconds:F2} s"}");
        }
    }
}
