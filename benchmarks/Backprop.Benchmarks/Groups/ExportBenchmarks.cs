using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.ML;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Predictions of a trained network, and of its file of ONNX in ONNX Runtime; both on one thread.</summary>
internal static class ExportBenchmarks
{
    private const int Features = 20, BatchSize = 256;

    public static void Run(Report report)
    {
        foreach (var preset in (Preset[])[Preset.Plain, Preset.Fast, Preset.Default])
        {
            var model = Fit(preset);
            Compare(report, preset.Name, model, BatchSize);
            Compare(report, preset.Name, model, rows: 1);
        }
    }

    private static void Compare(Report report, string preset, BackpropModelParameters model, int rows)
    {
        const double bar = 1.25;
        var work = $"export {preset}, {(rows == 1 ? "one row" : $"{rows} rows")}";
        using var file = new MemoryStream();
        model.SaveAsOnnx(file);
        using var onnx = new OnnxNet(file.ToArray(), "features", "predictions", rows, Features, model.Network.Network.Outputs);
        Rows(rows, seed: 3).SelectMany(row => row.Features).ToArray().CopyTo(onnx.X, 0);
        onnx.Run();
        var scorer = model.Network.CreateScorer(rows);
        if (OnnxNet.Difference(scorer.Predict(new ReadOnlyMatrix(onnx.X, rows, Features)).Values, onnx.Y) is { } difference)
        {
            report.Void(work, "ONNX Runtime", difference);
            return;
        }
        report.Add(
            work, "ONNX Runtime", PairedRun.Compare(() => scorer.Predict(new ReadOnlyMatrix(onnx.X, rows, Features)), onnx.Run), bar);
    }

    private static BackpropModelParameters Fit(Preset preset)
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropTrainer.Options { Preset = preset, NumberOfIterations = 2 };
        return ml.BinaryClassification.Trainers.Backprop(options).Fit(ml.Data.LoadFromEnumerable(Rows(2000, seed: 1))).Model;
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] features = [.. Enumerable.Range(0, Features).Select(_ => random.NextSingle() - 0.5f)];
            return new Row { Features = features, Label = features[0] + features[1] * features[2] > 0 };
        })];
    }

    private sealed class Row
    {
        [VectorType(ExportBenchmarks.Features)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
