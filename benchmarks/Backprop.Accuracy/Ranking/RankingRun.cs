using System.Diagnostics;
using Backprop.Accuracy.Data;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Ranking;

/// <summary>Measures rankings on five folds of groups, and keeps the results. What is there already is left out, so a run can stop and go
/// on.</summary>
internal static class RankingRun
{
    public const int Folds = 5;
    private const int Seed = 1;

    /// <summary>The learners: LightGBM with ML.NET's defaults, and two presets of this library.</summary>
    public static IReadOnlyList<string> Learners { get; } = ["lightgbm", "fast", "default"];

    /// <summary>The file of the results.</summary>
    private static string Path => Repository.Path("benchmarks", "accuracy", "ranking.csv");

    /// <summary>The results that are there; of several for a group, the last.</summary>
    public static IReadOnlyList<RankingRow> Read() => !File.Exists(Path)
        ? []
        : [
            .. File.ReadLines(Path).Skip(1).Select(RankingRow.Parse).GroupBy(row => (row.Set, row.Learner, row.Group))
                .Select(same => same.Last())];

    /// <summary>The sets: two generated ones, and a real one.</summary>
    public static IEnumerable<RankingSet> Sets(Manifest manifest) =>
        [GeneratedSets.Linear(Seed), GeneratedSets.Nonlinear(Seed), BikeHours.Open(manifest)];

    /// <summary>Runs what is missing.</summary>
    public static void Run(Manifest manifest)
    {
        var done = Read().Select(row => (row.Set, row.Fold, row.Learner)).ToHashSet();
        RankingSet[] sets = [.. Sets(manifest)];
        foreach (var learner in Learners)
            for (var fold = 1; fold <= Folds; fold++)
                foreach (var set in sets.Where(set => !done.Contains((set.Name, fold, learner)))) Append(Measure(set, learner, fold));
    }

    // The groups in random order are dealt like cards.
    private static int[] FoldsOf(int groups)
    {
        int[] order = [.. Enumerable.Range(0, groups)], folds = new int[groups];
        new RandomSequence(0, RandomPurpose.Validation).Shuffle(order);
        foreach (var (place, group) in order.Index()) folds[group] = place % Folds + 1;
        return folds;
    }

    private static RankingRow[] Measure(RankingSet set, string learner, int fold)
    {
        var foldOf = FoldsOf(set.GroupCount);
        RankingSet train = set.Where(group => foldOf[group] != fold), test = set.Where(group => foldOf[group] == fold);
        var ml = new MLContext(Seed);
        var start = Stopwatch.GetTimestamp();
        var model = Trainer(ml, learner).Fit(Load(ml, train));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        float[] scores = [.. model.Transform(Load(ml, test)).GetColumn<float>("Score")];
        return [
            .. Enumerable.Range(0, test.Groups.Length).GroupBy(row => test.Groups[row]).Select(group =>
                new RankingRow(test.Name, fold, learner, group.Key, Ndcg([.. group], 5), Ndcg([.. group], 10), seconds))];

        double Ndcg(int[] rows, int level)
        {
            float[] z = [.. rows.Select(row => scores[row])], y = [.. rows.Select(row => (float)test.Relevance[row])];
            ReadOnlyMatrix ofScores = new(z, z.Length, 1), ofTargets = new(y, y.Length, 1);
            return new NormalizedDiscountedCumulativeGain { TruncationLevel = level }.MeasureGroup(ofScores, ofScores, ofTargets);
        }
    }

    private static IEstimator<ITransformer> Trainer(MLContext ml, string learner) => learner switch
    {
        "lightgbm" => ml.Ranking.Trainers.LightGbm(),
        "fast" => ml.Ranking.Trainers.Backprop(new BackpropTrainer.Options { Preset = Preset.Fast, Seed = Seed }),
        _ => ml.Ranking.Trainers.Backprop(new BackpropTrainer.Options { Seed = Seed }),
    };

    private static void Append(RankingRow[] rows)
    {
        if (!File.Exists(Path)) File.WriteAllText(Path, $"{RankingRow.Header}\n");
        File.AppendAllLines(Path, rows.Select(row => row.ToString()));
        var (first, at10) = (rows[0], rows.Average(row => row.At10));
        Console.WriteLine($"{first.Set} {first.Fold} {first.Learner}: NDCG@10 {at10:F4}, {first.FitSeconds:F1} s");
    }

    private static IDataView Load(MLContext ml, RankingSet set)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, set.Features[0].Length);
        return ml.Data.LoadFromEnumerable(
            set.Features.Select((features, row) => new Row
            {
                Features = features,
                Label = set.Relevance[row],
                GroupId = (uint)set.Groups[row],
            }), schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        [KeyType(int.MaxValue)]
        public uint GroupId { get; set; }
    }
}
