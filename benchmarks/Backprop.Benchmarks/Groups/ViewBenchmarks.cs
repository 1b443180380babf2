using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Predictions through ML.NET: a view read to its end, and single rows. The peer has the trained network's parameters, and must
/// find its scores.</summary>
internal static class ViewBenchmarks
{
    private const int Rows = 20_000, BatchSize = 256;

    public static void Run(Report report)
    {
        foreach (var net in new[] { Net.B, Net.C }) CompareTransform(report, net);
        ComparePredictionEngine(report, Net.A);
    }

    // The peer's input is what our transformer gets: a data view in memory, read by a cursor.
    private static void CompareTransform(Report report, Net net)
    {
        const string peer = "ONNX Runtime, batches of 256 from a cursor";
        var work = $"Transform {net.Name}, {Rows} rows";
        var ml = new MLContext(seed: 1);
        var data = TrainingData.Load(ml, net, Rows);
        var model = Train(ml, net, ml.Data.TakeRows(data, 2000));
        var scored = model.Transform(data);
        using var onnx = new OnnxNet(net, model.Model.Network.Parameters, BatchSize);
        float[] ours = new float[Rows * net.Outputs], theirs = new float[Rows * net.Outputs];
        Copy(scored, nameof(Scored.Score), ours);
        Score(onnx, net, data, theirs);
        if (OnnxNet.Difference(ours, theirs) is { } difference) report.Void(work, peer, difference);
        else
            report.Add(
                work, peer, PairedRun.Compare(() => Copy(scored, nameof(Scored.Score), ours), () => Score(onnx, net, data, theirs)), 1.0);
    }

    private static void Copy(IDataView view, string columnName, Span<float> to)
    {
        var column = view.Schema[columnName];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            getter(ref row);
            row.CopyTo(to);
            to = to[row.Length..];
        }
    }

    private static void Score(OnnxNet onnx, Net net, IDataView data, Span<float> to)
    {
        var column = data.Schema[nameof(TrainingData.Row.Features)];
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        for (var filled = 1; cursor.MoveNext(); filled++)
        {
            getter(ref row);
            row.CopyTo(onnx.X.AsSpan((filled - 1) * net.Inputs, net.Inputs));
            if (filled < BatchSize) continue;
            onnx.Run();
            onnx.Y.CopyTo(to);
            to = to[onnx.Y.Length..];
            filled = 0;
        }
        if (to.IsEmpty) return;
        onnx.Run();
        onnx.Y.AsSpan(0, to.Length).CopyTo(to);
    }

    private static void ComparePredictionEngine(Report report, Net net)
    {
        var work = $"PredictionEngine {net.Name}, one row";
        var ml = new MLContext(seed: 1);
        var model = Train(ml, net, TrainingData.Load(ml, net, 2000));
        using var engine = ml.Model.CreatePredictionEngine<TrainingData.Row, Scored>(
            model, ignoreMissingColumns: false, TrainingData.Schema(net));
        var row = new TrainingData.Row { Features = net.Examples(1, seed: 4).X, Label = 1 };
        var result = new Scored();
        using var onnx = new OnnxNet(net, model.Model.Network.Parameters, 1);
        Predict();
        Run();
        if (OnnxNet.Difference(result.Score, onnx.Y) is { } difference) report.Void(work, "ONNX Runtime", difference);
        else report.Add(work, "ONNX Runtime", PairedRun.Compare(Predict, Run), 6);

        void Predict() => engine.Predict(row, ref result);

        void Run()
        {
            row.Features.CopyTo(onnx.X, 0);
            onnx.Run();
        }
    }

    // The peer standardizes nothing, so neither do we.
    private static BackpropTransformer Train(MLContext ml, Net net, IDataView data) => ml.MulticlassClassification.Trainers
        .Backprop(
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain, HiddenLayers = net.Hidden, NumberOfIterations = 1, BatchSize = net.BatchSize,
                NormalizeFeatures = false, Seed = 1
            })
        .Fit(data);

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
