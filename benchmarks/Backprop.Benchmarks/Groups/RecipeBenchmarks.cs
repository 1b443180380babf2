using Backprop.Benchmarks.Harness;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>Whole trainings by the RealMLP recipe, on two threads: embeddings, dropout, validation after every epoch and the choice of the
/// best, against nothing but multiply-adds.</summary>
internal static class RecipeBenchmarks
{
    private const int Epochs = 6, Threads = 2;

    public static void Run(Report report)
    {
        foreach (var recipe in Recipe.All)
        {
            var network = recipe.Make();
            var (training, validation) = recipe.Examples();
            var operations = Epochs * recipe.OperationsPerEpoch(network);
            var times = PairedRun.CompareTimes(
                () => PairedRun.SecondsPerCall(() => new Trainer(recipe.Options(Epochs, Threads)).Train(network, training, validation)),
                () => operations / Peak.MeasureTeam(Threads));
            report.AddShareOfPeak(
                $"recipe {recipe.Name}, {Epochs} epochs of {training.Count} rows, {Threads} threads", operations, times, 0.7, Threads);
        }
    }
}
