using Backprop.Accuracy.Data;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Running;
using Backprop.Accuracy.Trees;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace Backprop.Accuracy.Learners;

/// <summary>LightGBM, tuned by a random search of up to 40 trials. Its processor time is a multiple of that of <c>default</c> for the same
/// split, whose result must be there first.</summary>
/// <param name="Key">Its name on the command line: <c>lightgbm@</c> and the multiple.</param>
/// <param name="Multiple">How many times as long it has.</param>
internal sealed record TunedLightGbmLearner(string Key, double Multiple) : LocalLearner(Key, $"LightGBM tuned, time × {Multiple}", Trees)
{
    private const string Clock = "default";
    private const double Smallest = 1e-15;

    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(LightGbmRegressionTrainer))}, one thread; one-hot categories; random search of 40 trials at most, 3 folds, " +
            FormattableString.Invariant($"a fifth above 5,000 rows; {Multiple} times the processor time of {Clock}");

    /// <inheritdoc/>
    public override Func<IDataView, Predictions> Train(MLContext ml, Job job, IDataView train, IDataView? validation)
    {
        var budget = Multiple * SecondsOfClock(job);
        var encoding = MLNetLearner.OneHot(ml, job).Fit(train);
        var rows = encoding.Transform(train);
        var seed = (job.Set.Sum(letter => letter) << 8) + job.Split;
        var search = new TreeSearch(job.Task, job.Classes.Length, MLNetLearner.FeaturesOf(rows), Labels(rows, job.Task), budget, seed);
        var (trees, trials) = search.Run();
        Console.Error.WriteLine($"{job.Set} {job.Split} {Key}: {trials} trials");
        return test =>
        {
            using (trees) return Predict(trees, MLNetLearner.FeaturesOf(encoding.Transform(test)), job);
        };
    }

    private static double SecondsOfClock(Job job)
    {
        var row = new ResultFile(Clock).Rows.SingleOrDefault(row => row.Key == (job.Protocol, job.Set, job.Split));
        return row is { Score: not null }
            ? row.FitProcessorSeconds
            : throw new InvalidOperationException($"'{Clock}' has no result of this split yet. Run it first.");
    }

    private static Predictions Predict(Booster trees, float[] x, Job job)
    {
        var outputs = job.Task == TaskKind.Multiclass ? job.Classes.Length : 1;
        var scores = trees.Predict(x, outputs).Chunk(outputs);
        return job.Task switch
        {
            TaskKind.Regression => Predictions.OfNumbers([.. scores.Select(score => (float)score[0])]),
            TaskKind.Binary => Predictions.OfProbabilities([.. scores.Select(score => new[] { 1 - score[0], score[0] })], job.Classes),
            // One against the others does not add up to one.
            _ => Predictions.OfProbabilities([.. scores.Select(Normalized)], job.Classes),
        };
    }

    private static double[] Normalized(double[] scores)
    {
        var sum = Math.Max(scores.Sum(), Smallest);
        return [.. scores.Select(score => score / sum)];
    }

    private static float[] Labels(IDataView view, TaskKind task) => task switch
    {
        TaskKind.Binary => [.. view.GetColumn<bool>(MLNetLearner.Label).Select(label => label ? 1f : 0f)],
        TaskKind.Multiclass => [.. view.GetColumn<uint>(MLNetLearner.Label).Select(key => key - 1f)],
        _ => [.. view.GetColumn<float>(MLNetLearner.Label)],
    };
}
