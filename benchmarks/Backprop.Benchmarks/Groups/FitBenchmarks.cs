using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using Checkpoint = Backprop.Training.Checkpoint;

namespace Backprop.Benchmarks.Groups;

/// <summary>A whole Fit in ML.NET, the reading of the data included: ten passes over 100,000 rows on one thread.</summary>
internal static class FitBenchmarks
{
    private const int Rows = 100_000, Epochs = 10;

    public static void Run(Report report)
    {
        foreach (var (net, sklearnBar, torchBar) in new[] { (Net.A, 10.0, 15.0), (Net.B, 2.3, 1.7) })
        {
            var ml = new MLContext(seed: 1);
            var data = TrainingData.Load(ml, net, Rows);
            CompareSklearn(report, ml, net, data, sklearnBar);
            CompareTorch(report, ml, net, data, torchBar);
            CompareSizes(report, ml, net);
            CompareCheckpoint(report, ml, net, data);
        }
    }

    private static string Work(Net net) => $"Fit {net.Name}, {Rows} rows, {Epochs} epochs";

    private static double Fit(MLContext ml, Net net, IDataView data, Checkpoint? checkpoint = null)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain, HiddenLayers = net.Hidden, BatchSize = net.BatchSize, NumberOfIterations = Epochs, NumberOfThreads = 1,
            NormalizeFeatures = false, Seed = 1, Checkpoint = checkpoint
        };
        return PairedRun.SecondsPerCall(() => ml.MulticlassClassification.Trainers.Backprop(options).Fit(data));
    }

    private static void CompareSklearn(Report report, MLContext ml, Net net, IDataView data, double bar)
    {
        var (x, y) = net.Examples(Rows, seed: 5);
        using var sklearn = SklearnNet.Start(net, x, y, Epochs);
        if (sklearn is null) report.Void(Work(net), "scikit-learn", "not installed");
        else report.Add(Work(net), "scikit-learn", PairedRun.CompareTimes(() => Fit(ml, net, data), sklearn.Fit, sklearn.Process), bar);
    }

    private static void CompareTorch(Report report, MLContext ml, Net net, IDataView data, double bar)
    {
        if (!TorchNet.IsAvailable) report.Void(Work(net), "libtorch loop", "not installed, or its library cannot be loaded");
        else
            report.Add(
                Work(net), "libtorch loop",
                PairedRun.CompareTimes(() => Fit(ml, net, data), () => PairedRun.SecondsPerCall(() => FitTorch(net, data))), bar);
    }

    // As a user would who cares: a cursor fills arrays, these become tensors, and every batch is picked by index.
    private static void FitTorch(Net net, IDataView data)
    {
        var (x, y) = Read(net, data);
        using var network = new TorchNet(net, net.InitialParameters(), threads: 1);
        var (features, classes) = network.Batch(x, y);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            using var order = torch.randperm(Rows);
            for (var first = 0; first < Rows; first += net.BatchSize)
            {
                using var rows = order.slice(0, first, Math.Min(first + net.BatchSize, Rows), 1);
                using torch.Tensor batchX = features.index_select(0, rows), batchY = classes.index_select(0, rows);
                network.Learn((batchX, batchY));
            }
        }
        features.Dispose();
        classes.Dispose();
    }

    private static (float[] X, float[] Y) Read(Net net, IDataView data)
    {
        float[] x = new float[Rows * net.Inputs], y = new float[Rows];
        DataViewSchema.Column features = data.Schema[nameof(TrainingData.Row.Features)],
            label = data.Schema[nameof(TrainingData.Row.Label)];
        using var cursor = data.GetRowCursor([features, label]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(features);
        var getLabel = cursor.GetGetter<uint>(label);
        VBuffer<float> row = default;
        uint key = 0;
        for (var i = 0; cursor.MoveNext(); i++)
        {
            getFeatures(ref row);
            getLabel(ref key);
            row.CopyTo(x.AsSpan(i * net.Inputs, net.Inputs));
            y[i] = key - 1;
        }
        return (x, y);
    }

    // Ten times the rows should take ten times as long.
    private static void CompareSizes(Report report, MLContext ml, Net net)
    {
        IDataView small = ml.Data.Cache(TrainingData.Load(ml, net, Rows / 10)), large = ml.Data.Cache(TrainingData.Load(ml, net, Rows));
        var times = PairedRun.CompareTimes(() => Fit(ml, net, small) / (Rows / 10), () => Fit(ml, net, large) / Rows);
        report.Add(
            $"Fit {net.Name}: time per row at {Rows} rows / at {Rows / 10}", Report.Spread(times), "0.90 – 1.10",
            times.Ratio is >= 0.9 and <= 1.1);
    }

    // A checkpoint after every epoch should hardly cost time.
    private static void CompareCheckpoint(Report report, MLContext ml, Net net, IDataView data)
    {
        var folder = Directory.CreateTempSubdirectory("backprop-checkpoint-");
        var checkpoint = new Checkpoint(Path.Combine(folder.FullName, "fit.checkpoint")) { Every = 1, Restart = true };
        report.Add(
            $"{Work(net)}, a checkpoint after each", "the same without",
            PairedRun.CompareTimes(() => Fit(ml, net, data, checkpoint), () => Fit(ml, net, data)), 0.98);
        folder.Delete(recursive: true);
    }
}
