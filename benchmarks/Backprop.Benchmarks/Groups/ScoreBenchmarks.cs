using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.ML;
using Backprop.Networks;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Predictions of a trained network: many rows, one row, and through ML.NET.</summary>
internal static class ScoreBenchmarks
{
    private const int BatchSize = 256;

    public static void Run(Report report)
    {
        foreach (var net in Net.All) CompareCore(report, net, BatchSize, 1.25);
        foreach (var (net, bar) in new[] { (Net.A, 20.0), (Net.B, 2.8), (Net.C, 1.5) }) CompareCore(report, net, 1, bar);
        foreach (var net in new[] { Net.B, Net.C }) CompareTransform(report, net);
        ComparePredictionEngine(report, Net.A);
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
        for (var i = 0; i < onnx.Y.Length; i++)
        {
            if (Math.Abs(onnx.Y[i] - predictions.Values[i]) <= 1e-4) continue;
            report.Void(work, "ONNX Runtime", $"output {i} differs: {predictions.Values[i]} and {onnx.Y[i]}");
            return;
        }
        var times = PairedRun.Compare(() => scorer.Predict(new ReadOnlyMatrix(onnx.X, rows, net.Inputs)), onnx.Run);
        report.Add(work, "ONNX Runtime", times, bar);
        report.AddShareOfPeak(work, rows * net.OperationsPerRow, times.Ours);
    }

    // The peer's input is what our transformer gets: a data view in memory, read by a cursor.
    private static void CompareTransform(Report report, Net net)
    {
        const int rows = 20_000;
        var ml = new MLContext(seed: 1);
        var data = TrainingData.Load(ml, net, rows);
        var model = Train(ml, net, ml.Data.TakeRows(data, 2000));
        var scored = model.Transform(data);
        var scores = scored.Schema["Score"];
        var features = data.Schema["Features"];
        using var onnx = new OnnxNet(net, net.InitialParameters(), BatchSize);

        double Ours()
        {
            using var cursor = scored.GetRowCursor([scores]);
            var getter = cursor.GetGetter<VBuffer<float>>(scores);
            VBuffer<float> row = default;
            var sum = 0.0;
            while (cursor.MoveNext())
            {
                getter(ref row);
                sum += row.GetItemOrDefault(0);
            }
            return sum;
        }

        double Theirs()
        {
            using var cursor = data.GetRowCursor([features]);
            var getter = cursor.GetGetter<VBuffer<float>>(features);
            VBuffer<float> row = default;
            var (filled, sum) = (0, 0.0);
            while (cursor.MoveNext())
            {
                getter(ref row);
                row.CopyTo(onnx.X.AsSpan(filled * net.Inputs, net.Inputs));
                if (++filled < BatchSize) continue;
                sum += Score();
            }
            return filled > 0 ? sum + Score() : sum;

            double Score()
            {
                onnx.Run();
                var first = 0.0;
                for (var i = 0; i < filled; i++) first += onnx.Y[i * net.Outputs];
                filled = 0;
                return first;
            }
        }

        report.Add($"Transform {net.Name}, {rows} rows", "ONNX Runtime, batches of 256 from a cursor", PairedRun.Compare(() => Ours(), () => Theirs()), 1.0);
    }

    private static void ComparePredictionEngine(Report report, Net net)
    {
        var ml = new MLContext(seed: 1);
        var model = Train(ml, net, TrainingData.Load(ml, net, 2000));
        var schema = TrainingData.Schema(net);
        using var engine = ml.Model.CreatePredictionEngine<TrainingData.Row, Scored>(model, ignoreMissingColumns: false, schema);
        var row = new TrainingData.Row { Features = net.Examples(1, seed: 4).X, Label = 1 };
        var result = new Scored();
        using var onnx = new OnnxNet(net, net.InitialParameters(), 1);
        report.Add($"PredictionEngine {net.Name}, one row", "ONNX Runtime", PairedRun.Compare(() => engine.Predict(row, ref result), onnx.Run), 6);
    }

    private static BackpropTransformer Train(MLContext ml, Net net, IDataView data) =>
        new BackpropTrainer(ml, new BackpropTrainer.Options { HiddenLayers = net.Hidden, NumberOfIterations = 1, BatchSize = net.BatchSize, Seed = 1 }).Fit(data);

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
