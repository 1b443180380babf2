using System.Globalization;
using Backprop.Benchmarks.Harness;
using Backprop.Explanations;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Explanations of rows of 20 features: by integrated gradients, by Shapley sampling, and by ML.NET's path for LightGBM.</summary>
internal static class ExplainBenchmarks
{
    private const int Features = 20, Count = 200;

    public static void Run(Report report)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Rows(3000, seed: 1));
        var rows = ml.Data.LoadFromEnumerable(Rows(Count, seed: 2));
        var trees = ml.Regression.Trainers.LightGbm().Fit(data);
        var ofTrees = ml.Transforms.CalculateFeatureContribution(trees, Features, Features, normalize: false).Fit(trees.Transform(data));
        var scoredByTrees = trees.Transform(rows);
        foreach (var preset in (Preset[])[Preset.Plain, Preset.Default])
        {
            var model = new BackpropTrainer(ml, new BackpropTrainer.Options { Preset = preset, Seed = 1 }).Fit(data);
            var scored = model.Transform(rows);
            var own = ml.Transforms.CalculateFeatureContribution(model, Features, Features, normalize: false).Fit(scored);
            Compare("CalculateFeatureContribution", () => Read(own.Transform(scored)), 1);
            Compare("Explain", () => model.Explain(rows), Environment.ProcessorCount);
            var sampling = new ExplanationOptions { Method = ExplanationMethod.ShapleySampling };
            Compare("Explain by ShapleySampling", () => model.Explain(rows, sampling), Environment.ProcessorCount);

            void Compare(string way, Action explain, int threads)
            {
                var times = PairedRun.CompareTimes(() => PairedRun.SecondsPerCall(explain), TimeOfTrees, rounds: 5);
                var rate = string.Create(
                    CultureInfo.InvariantCulture, $"explain {preset.Name}, {way}, {Count} rows: {Count / times.Ours:F0} rows a second");
                report.Add(rate, "CalculateFeatureContribution of LightGBM", times, bar: null, threads);
            }
        }

        double TimeOfTrees() => PairedRun.SecondsPerCall(() => Read(ofTrees.Transform(scoredByTrees)), calls: 10);
    }

    private static void Read(IDataView contributions)
    {
        foreach (var _ in contributions.GetColumn<VBuffer<float>>("FeatureContributions"))
        {
        }
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] x = [.. Enumerable.Range(0, Features).Select(_ => 2 * random.NextSingle() - 1)];
            return new Row { Features = x, Label = x[0] * x[1] + MathF.Sin(3 * x[2]) + x[3] / 2 + random.NextSingle() / 10 };
        })];
    }

    private sealed class Row
    {
        [VectorType(ExplainBenchmarks.Features)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
