using Backprop.Benchmarks.Harness;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;

namespace Backprop.Benchmarks.Groups;

/// <summary>A whole Fit with nothing set, on all processors: how long you wait for the default model, and for that of LightGBM.</summary>
internal static class DefaultFitBenchmarks
{
    // Fewer rounds of what takes minutes.
    private static readonly (int Rows, int Rounds)[] _sizes = [(1_000, 7), (10_000, 3), (100_000, 3)];

    public static void Run(Report report)
    {
        foreach (var preset in new[] { Preset.Default, Preset.Fast })
            foreach (var (rows, rounds) in _sizes)
                Compare(report, preset, rows, rounds);
    }

    private static void Compare(Report report, Preset preset, int rows, int rounds)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.Cache(TrainingData.Load(ml, Net.A, rows));
        var trainers = ml.MulticlassClassification.Trainers;
        var work = $"Fit by Preset.{preset.Name}, {rows} rows × {Net.A.Inputs}, two classes";
        var times = PairedRun.CompareTimes(
            () => PairedRun.SecondsPerCall(() => trainers.Backprop(new BackpropTrainer.Options { Preset = preset, Seed = 1 }).Fit(data)),
            () => PairedRun.SecondsPerCall(() => trainers.LightGbm(new LightGbmMulticlassTrainer.Options { Seed = 1 }).Fit(data)),
            rounds);
        report.Add(work, "LightGBM", times, threads: Environment.ProcessorCount);
    }
}
