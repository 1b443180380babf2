using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Benchmarks.Groups;

/// <summary>Predictions of a trained network by the core: many rows, and one row.</summary>
internal static class ScoreBenchmarks
{
    private const int BatchSize = 256;

    public static void Run(Report report)
    {
        foreach (var net in Net.All) CompareCore(report, net, BatchSize, 1.25);
        foreach (var (net, bar) in new[] { (Net.A, 20.0), (Net.B, 2.8), (Net.C, 1.5) }) CompareCore(report, net, 1, bar);
    }

    private static void CompareCore(Report report, Net net, int rows, double bar)
    {
        var work = $"score {net.Name}, {(rows == 1 ? "one row" : $"{rows} rows")}";
        var parameters = net.InitialParameters();
        var scorer = new TrainedNetwork(net.Make(), parameters, net.Loss, null, null).CreateScorer(rows);
        using var onnx = new OnnxNet(net, parameters, rows);
        net.Examples(rows, seed: 3).X.CopyTo(onnx.X, 0);
        onnx.Run();
        var predictions = scorer.Predict(new ReadOnlyMatrix(onnx.X, rows, net.Inputs));
        if (OnnxNet.Difference(predictions.Values, onnx.Y) is { } difference)
        {
            report.Void(work, "ONNX Runtime", difference);
            return;
        }
        var times = PairedRun.Compare(() => scorer.Predict(new ReadOnlyMatrix(onnx.X, rows, net.Inputs)), onnx.Run);
        report.Add(work, "ONNX Runtime", times, bar);
        report.AddShareOfPeak(work, rows * net.OperationsPerRow, times.Ours);
    }
}
