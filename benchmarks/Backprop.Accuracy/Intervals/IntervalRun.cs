using System.Diagnostics;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Running;
using Backprop.Accuracy.Trees;
using Backprop.Losses;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Intervals;

/// <summary>Measures the coverage and the width of intervals on five folds of sets, and keeps the results. What is there already is left
/// out, so a run can stop and go on.</summary>
internal static class IntervalRun
{
    public const double Coverage = 0.9;

    /// <summary>The methods: by the fold of each member (CV+); by 15 % of the rows that nothing else uses (split conformal); by members
    /// with two quantiles; LightGBM's quantiles.</summary>
    public const string Members = "members", HeldOut = "held-out", Quantiles = "quantiles", Trees = "lightgbm";

    private const int MaxRowsOfQuantiles = 5000;

    private static readonly BackpropLearner Network = (BackpropLearner)Learner.All.Single(learner => learner.Key == "default");

    /// <summary>The file of the results.</summary>
    public static string Path => Repository.Path("benchmarks", "accuracy", "intervals.csv");

    /// <summary>The results that are there; of several for a fold, the last.</summary>
    public static IReadOnlyList<IntervalRow> Read() => !File.Exists(Path)
        ? []
        : [
            .. File.ReadLines(Path).Skip(1).Select(IntervalRow.Parse).GroupBy(row => (row.Set, row.Fold, row.Method))
                .Select(same => same.Last())];

    /// <summary>Runs what is missing.</summary>
    public static void Run(Manifest manifest, Choice choice)
    {
        var done = Read().Select(row => (row.Set, row.Fold, row.Method, row.Recipe)).ToHashSet();
        var protocol = new FiveFolds();
        var scratch = Directory.CreateTempSubdirectory("backprop-intervals-");
        foreach (var name in protocol.Sets(manifest).Where(choice.Wants))
        {
            var set = manifest.Open(name);
            string[] methods = [.. MethodsFor(set)];
            var recipe = ResultFile.Register(Network.Key, Network.Recipe(set.Task));
            foreach (var split in protocol.Splits(manifest, set).Where(split => choice.Wants(split.Number)))
            {
                string[] left = [
                    .. methods.Where(method => choice.Again || !done.Contains((name, split.Number, method, RecipeOf(method))))];
                if (left.Length == 0) continue;
                var job = Job.Write(System.IO.Path.Combine(scratch.FullName, "job"), protocol, set, split);
                foreach (var method in left) Append(Measure(job, method, split.Number) with { Recipe = RecipeOf(method) });
            }

            string RecipeOf(string method) => method == Trees ? "" : recipe;
        }
        scratch.Delete(recursive: true);
    }

    private static IEnumerable<string> MethodsFor(DataSet set)
    {
        yield return Members;
        yield return HeldOut;
        if (set.Task != TaskKind.Regression) yield break;
        if (set.Rows.Length <= MaxRowsOfQuantiles) yield return Quantiles;
        yield return Trees;
    }

    private static void Append(IntervalRow row)
    {
        if (!File.Exists(Path)) File.WriteAllText(Path, $"{IntervalRow.Header}\n");
        File.AppendAllText(Path, $"{row}\n");
        Console.WriteLine(row);
    }

    private static IntervalRow Measure(Job job, string method, int fold)
    {
        var ml = new MLContext(seed: 1);
        IDataView train = JobData.Load(ml, job, job.Train), test = JobData.Load(ml, job, job.Test);
        var start = Stopwatch.GetTimestamp();
        var row = method == Trees ? ByTrees(ml, job, train, test) : ByNetwork(ml, job, train, test, method);
        return row with
        {
            Set = job.Set, Fold = fold, Method = method, FitSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Commit = Repository.Commit(),
        };
    }

    private static IntervalRow ByNetwork(MLContext ml, Job job, IDataView train, IDataView test, string method)
    {
        var options = Network.OptionsFor(job);
        options.PredictionIntervals = new Conformal { Coverage = Coverage };
        options.Uncertainty = true;
        if (method == HeldOut) options.PredictionIntervals = new Conformal { Coverage = Coverage, HeldOutFraction = 0.15 };
        if (method == Quantiles) options.LossFunction = new PinballLoss { Quantiles = [(1 - Coverage) / 2, (1 + Coverage) / 2] };
        var scored = Network.Fit(ml, job, train, validation: null, options).Transform(test);
        return job.Task == TaskKind.Regression ? OfIntervals(scored, method == Quantiles) : OfSets(scored, job);
    }

    private static IntervalRow OfIntervals(IDataView scored, bool hasSeveralScores)
    {
        var labels = scored.GetColumn<float>("Label").ToArray();
        var ends = scored.GetColumn<float[]>("Interval").ToArray();
        var row = Of(labels, [.. ends.Select(pair => ((double)pair[0], (double)pair[1]))]);
        if (hasSeveralScores) return row;
        var errors = scored.GetColumn<float>("Score").Zip(labels, (score, label) => (double)Math.Abs(score - label)).ToArray();
        var uncertainty = scored.GetColumn<float>("Uncertainty").Select(value => (double)value).ToArray();
        return row with { Correlation = Spearman(uncertainty, errors) };
    }

    private static IntervalRow OfSets(IDataView scored, Job job)
    {
        var classes = Classes(scored, job);
        var sets = scored.GetColumn<bool[]>("PredictionSet").ToArray();
        double[] errors, uncertainty;
        if (job.Task == TaskKind.Binary)
        {
            errors = [.. scored.GetColumn<float>("Probability").Zip(classes, (p, k) => k == 1 ? 1.0 - p : p)];
            uncertainty = [.. scored.GetColumn<float>("Uncertainty").Select(value => (double)value)];
        }
        else
        {
            var scores = scored.GetColumn<float[]>("Score").ToArray();
            errors = [.. scores.Zip(classes, (p, k) => 1.0 - p[k])];
            uncertainty = [
                .. scored.GetColumn<float[]>("Uncertainty").Zip(scores, (spread, p) => (double)spread[Array.IndexOf(p, p.Max())])];
        }
        var covered = sets.Zip(classes).Count(pair => pair.First[pair.Second]);
        return new IntervalRow(
            "", 0, "", classes.Length, covered, sets.Average(set => set.Count(isIn => isIn)), sets.Count(set => !set.Contains(true)),
            Spearman(uncertainty, errors), 0, "", "");
    }

    private static int[] Classes(IDataView scored, Job job) => job.Task == TaskKind.Binary
        ? [.. scored.GetColumn<bool>("Label").Select(label => label ? 1 : 0)]
        : [.. scored.GetColumn<uint>("Label").Select(key => (int)key - 1)];

    private static IntervalRow ByTrees(MLContext ml, Job job, IDataView train, IDataView test)
    {
        var preparation = MLNetLearner.OneHot(ml, job).Fit(train);
        var x = MLNetLearner.FeaturesOf(preparation.Transform(train));
        var other = MLNetLearner.FeaturesOf(preparation.Transform(test));
        var y = train.GetColumn<float>("Label").ToArray();
        var lower = QuantileTrees.Predict((1 - Coverage) / 2, x, y, other);
        var upper = QuantileTrees.Predict((1 + Coverage) / 2, x, y, other);
        return Of([.. test.GetColumn<float>("Label")], [.. lower.Zip(upper)]);
    }

    private static IntervalRow Of(float[] labels, (double Lower, double Upper)[] intervals)
    {
        var covered = intervals.Zip(labels).Count(pair => pair.First.Lower <= pair.Second && pair.Second <= pair.First.Upper);
        var width = intervals.Average(pair => Math.Max(0, pair.Upper - pair.Lower));
        return new IntervalRow("", 0, "", labels.Length, covered, width, 0, null, 0, "", "");
    }

    // The correlation of the ranks; equal values share their mean rank.
    private static double Spearman(double[] a, double[] b)
    {
        double[] ranksOfA = Ranks(a), ranksOfB = Ranks(b);
        double mean = (a.Length + 1) / 2.0, products = 0, squaresOfA = 0, squaresOfB = 0;
        foreach (var (left, right) in ranksOfA.Zip(ranksOfB))
        {
            products += (left - mean) * (right - mean);
            squaresOfA += (left - mean) * (left - mean);
            squaresOfB += (right - mean) * (right - mean);
        }
        return products / Math.Sqrt(squaresOfA * squaresOfB);
    }

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(row => values[row]).ToArray();
        var ranks = new double[values.Length];
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && values[order[to]] == values[order[from]];) to++;
            for (var i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2.0;
        }
        return ranks;
    }
}
