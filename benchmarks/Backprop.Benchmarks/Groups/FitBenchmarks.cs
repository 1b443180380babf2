using System.Diagnostics;
using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

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
            var (x, y) = net.Examples(Rows, seed: 5);
            using (var sklearn = SklearnNet.Start(net, x, y, Epochs))
            {
                if (sklearn is null) report.Void($"Fit {net.Name}", "scikit-learn", "not installed");
                else report.Add($"Fit {net.Name}, {Rows} rows, {Epochs} epochs", "scikit-learn", PairedRun.CompareTimes(() => Fit(ml, net, data), sklearn.Fit), sklearnBar);
            }
            report.Add($"Fit {net.Name}, {Rows} rows, {Epochs} epochs", "libtorch loop", PairedRun.CompareTimes(() => Fit(ml, net, data), () => FitTorch(net, data)), torchBar);
            CompareSizes(report, ml, net);
        }
    }

    private static double Fit(MLContext ml, Net net, IDataView data)
    {
        var options = new BackpropTrainer.Options { HiddenLayers = net.Hidden, BatchSize = net.BatchSize, NumberOfIterations = Epochs, NumberOfThreads = 1, NormalizeFeatures = false, Seed = 1 };
        var start = Stopwatch.GetTimestamp();
        new BackpropTrainer(ml, options).Fit(data);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // As a user would: the columns into arrays, the arrays into tensors, batches by index.
    private static double FitTorch(Net net, IDataView data)
    {
        var start = Stopwatch.GetTimestamp();
        float[] x = [.. data.GetColumn<float[]>("Features").SelectMany(row => row)], y = [.. data.GetColumn<uint>("Label").Select(key => (float)key - 1)];
        using var network = new TorchNet(net, net.InitialParameters(), threads: 1);
        var (features, classes) = network.Batch(x, y);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            using var order = TorchSharp.torch.randperm(Rows);
            for (var first = 0; first < Rows; first += net.BatchSize)
            {
                using var rows = order.slice(0, first, Math.Min(first + net.BatchSize, Rows), 1);
                using TorchSharp.torch.Tensor batchX = features.index_select(0, rows), batchY = classes.index_select(0, rows);
                network.Learn((batchX, batchY));
            }
        }
        features.Dispose();
        classes.Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Ten times the rows should take ten times as long.
    private static void CompareSizes(Report report, MLContext ml, Net net)
    {
        IDataView small = ml.Data.Cache(TrainingData.Load(ml, net, Rows / 10)), large = ml.Data.Cache(TrainingData.Load(ml, net, Rows));
        var times = PairedRun.CompareTimes(() => Fit(ml, net, small) / (Rows / 10), () => Fit(ml, net, large) / Rows);
        report.Add($"Fit {net.Name}: time per row at {Rows} rows / at {Rows / 10}", $"{times.Ratio:F2}", "0.90 – 1.10", times.Ratio is >= 0.9 and <= 1.1);
    }
}
