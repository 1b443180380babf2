using System.Diagnostics;
using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>Whole trainings by the RealMLP recipe, on two threads: embeddings, dropout, validation after every epoch and the choice of the
/// best, against nothing but multiply-adds.</summary>
internal static class RecipeBenchmarks
{
    private const int Epochs = 6, Threads = 2;

    // Seeds differ, so the best epochs of both sides differ a little.
    private const double AccuracyTolerance = 0.01, ErrorTolerance = 0.1;

    public static void Run(Report report)
    {
        foreach (var recipe in Recipe.All)
        {
            var (training, validation) = recipe.Examples();
            var operations = Epochs * recipe.OperationsPerEpoch(recipe.Make());
            var times = PairedRun.CompareTimes(
                () => Train(recipe, training, validation, Threads).Seconds, () => operations / Peak.MeasureTeam(Threads));
            report.AddShareOfPeak(
                $"recipe {recipe.Name}, {Epochs} epochs of {recipe.LearnedRows} rows, {Threads} threads", operations, times, 0.7, Threads);
            if (validation is not null) CompareWithTorch(report, recipe, training, validation);
        }
    }

    // On one thread: with two, the thread pools of Debian's PyTorch and of OpenBLAS compete, and it is slower than with one.
    private static void CompareWithTorch(Report report, Recipe recipe, ExampleSet training, ExampleSet validation)
    {
        var work = $"recipe {recipe.Name}, {Epochs} epochs of {recipe.LearnedRows} rows, 1 thread";
        using var torch = TorchRecipe.Start(recipe, training, validation, Epochs, threads: 1);
        if (torch is null)
        {
            report.Void(work, "PyTorch", "python3-torch or libopenblas0 is not installed");
            return;
        }
        var parameters = recipe.Make().Layers.SelectMany(layer => layer.Blocks)
            .Sum(block => block.Role == ParameterRole.Statistic ? 0 : block.Length);
        if (parameters != torch.ParameterCount)
            throw new InvalidOperationException($"The networks differ: {parameters} parameters here, {torch.ParameterCount} in PyTorch.");
        var metric = 0.0;
        var times = PairedRun.CompareTimes(
            () =>
            {
                (var seconds, metric) = Train(recipe, training, validation, threads: 1);
                return seconds;
            },
            torch.Train, torch.Process);
        var areClose = recipe.Loss.TargetKind == TargetKind.Real
            ? Math.Abs(metric * metric / -torch.Metric - 1) < ErrorTolerance
            : Math.Abs(metric - torch.Metric) < AccuracyTolerance;
        if (areClose) report.Add(work, "PyTorch", times, 3);
        else report.Void(work, "PyTorch", $"the validation metrics differ: {metric:G4}, {torch.Metric:G4}");
    }

    private static (double Seconds, double Metric) Train(Recipe recipe, ExampleSet training, ExampleSet? validation, int threads)
    {
        var network = recipe.Make();
        var start = Stopwatch.GetTimestamp();
        var result = new Trainer(recipe.Options(Epochs, threads)).Train(network, training, validation);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, result.History[result.BestEpoch - 1].ValidationMetric ?? double.NaN);
    }
}
