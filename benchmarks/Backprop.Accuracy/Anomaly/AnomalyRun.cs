using System.Diagnostics;
using Backprop.Accuracy.Data;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Anomaly;

/// <summary>Measures how well anomalies are found on five folds of sets, and keeps the results. Existing results are skipped, so a
/// run can stop and go on.</summary>
internal static class AnomalyRun
{
    /// <summary>This library with two presets; PCA with its defaults on two normalizations; and PCA with half as many dimensions as
    /// columns. With up to 20 columns, its default rank is not possible, and it has half, too.</summary>
    public const string Ours = "default", Fast = "fast", PcaOfRange = "pca-minmax", PcaOfVariance = "pca-meanvariance",
        PcaOfHalf = "pca-half";

    private const string Features = "Features";
    private const int DefaultRank = 20;

    /// <summary>The learners, in the order of the tables.</summary>
    public static IReadOnlyList<string> Learners { get; } = [Ours, Fast, PcaOfRange, PcaOfVariance, PcaOfHalf];

    /// <summary>The file of the results.</summary>
    public static string Path => Repository.Path("benchmarks", "accuracy", "anomaly.csv");

    /// <summary>The results that are there; of several for a fold, the last.</summary>
    public static IReadOnlyList<AnomalyRow> Read() => !File.Exists(Path)
        ? []
        : [
            .. File.ReadLines(Path).Skip(1).Select(AnomalyRow.Parse).GroupBy(row => (row.Set, row.Fold, row.Learner))
                .Select(same => same.Last())];

    /// <summary>Runs what is missing.</summary>
    public static void Run(Manifest manifest, Choice choice)
    {
        var done = Read().Select(row => (row.Set, row.Fold, row.Learner)).ToHashSet();
        foreach (var set in AnomalySet.All(manifest, choice.Wants))
            foreach (var fold in Enumerable.Range(1, 5).Where(choice.Wants))
                foreach (var learner in Learners.Where(learner => choice.Again || !done.Contains((set.Name, fold, learner))))
                    Append(Measure(set, fold, learner));
    }

    private static void Append(AnomalyRow row)
    {
        if (!File.Exists(Path)) File.WriteAllText(Path, $"{AnomalyRow.Header}\n");
        File.AppendAllText(Path, $"{row}\n");
        Console.WriteLine(row);
    }

    private static AnomalyRow Measure(AnomalySet set, int fold, string learner)
    {
        var ml = new MLContext(seed: 1);
        var (train, test, areAnomalies) = set.Split(fold);
        var width = train[0].Length;
        IDataView training = ViewOf(ml, train, new bool[train.Length]), testing = ViewOf(ml, test, areAnomalies);
        var start = Stopwatch.GetTimestamp();
        var model = Pipeline(ml, learner, width).Fit(training);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var scored = model.Transform(testing);
        var (area, detected) = Ranked(ml, scored);
        bool[] found = [.. scored.GetColumn<bool>("PredictedLabel")];
        return new AnomalyRow(
            set.Name, fold, learner, areAnomalies.Count(isAnomaly => !isAnomaly), set.Anomalies.Length, area, detected, Share(of: false),
            Share(of: true), seconds, Repository.Commit());

        double Share(bool of) => found.Where((_, row) => areAnomalies[row] == of).Average(isFound => isFound ? 1.0 : 0);
    }

    // ML.NET leaves out rows without a score. RandomizedPca sometimes has none for any anomaly, which is as good as chance.
    private static (double Area, double DetectionRate) Ranked(MLContext ml, IDataView scored)
    {
        var labels = scored.GetColumn<float>("Label");
        if (scored.GetColumn<float>("Score").Zip(labels, (score, label) => label > 0 && !float.IsNaN(score)).All(hasScore => !hasScore))
            return (0.5, 0);
        var metrics = ml.AnomalyDetection.Evaluate(scored);
        return (metrics.AreaUnderRocCurve, metrics.DetectionRateAtFalsePositiveCount);
    }

    // PCA's default rank of 20 is an error for fewer columns, and a rank of all columns leaves no residual.
    private static IEstimator<ITransformer> Pipeline(MLContext ml, string learner, int width)
    {
        var trainers = ml.AnomalyDetection.Trainers;
        int half = Math.Max(1, width / 2), rank = width > DefaultRank ? DefaultRank : half;
        var byVariance = ml.Transforms.NormalizeMeanVariance(Features, fixZero: false);
        return learner switch
        {
            Ours => trainers.Backprop(new BackpropTrainer.Options { Seed = 1 }),
            Fast => trainers.Backprop(new BackpropTrainer.Options { Seed = 1, Preset = Preset.Fast }),
            PcaOfRange => ml.Transforms.NormalizeMinMax(Features, fixZero: false).Append(trainers.RandomizedPca(rank: rank)),
            PcaOfVariance => byVariance.Append(trainers.RandomizedPca(rank: rank)),
            _ => byVariance.Append(trainers.RandomizedPca(rank: half)),
        };
    }

    private static IDataView ViewOf(MLContext ml, float[][] features, bool[] areAnomalies)
    {
        var schema = SchemaDefinition.Create(typeof(Example));
        schema[Features].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features[0].Length);
        var rows = features.Zip(areAnomalies, (row, isAnomaly) => new Example { Features = row, Label = isAnomaly ? 1 : 0 });
        return ml.Data.LoadFromEnumerable(rows.ToList(), schema);
    }

    private sealed class Example
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
