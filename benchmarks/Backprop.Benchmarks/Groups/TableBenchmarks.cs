using System.Diagnostics;
using Backprop.Benchmarks.Harness;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace Backprop.Benchmarks.Groups;

/// <summary>Scoring whole tables by the default model, and by that of LightGBM: by a model that was just loaded, and again by the
/// same.</summary>
internal static class TableBenchmarks
{
    private const int Rounds = 15;

    private static readonly int[] _sizes = [300, 2_000, 20_000];

    public static void Run(Report report)
    {
        var ml = new MLContext(seed: 1);
        var train = TrainingData.Load(ml, Net.A, 2_000);
        var trainers = ml.MulticlassClassification.Trainers;
        // Few epochs: how good the parameters are does not matter here.
        var ours = Saved(ml, trainers.Backprop(new BackpropTrainer.Options { NumberOfIterations = 4, Seed = 1 }).Fit(train), train);
        var trees = Saved(ml, trainers.LightGbm(new LightGbmMulticlassTrainer.Options { Seed = 1 }).Fit(train), train);
        foreach (var rows in _sizes)
        {
            var data = ml.Data.Cache(TrainingData.Load(ml, Net.A, rows));
            ITransformer ourModel = Loaded(ml, ours), theirModel = Loaded(ml, trees);
            Seconds(ourModel, data); // fills the cache, and compiles the code
            Seconds(theirModel, data);
            Add("new model", () => Seconds(Loaded(ml, ours), data), () => Seconds(Loaded(ml, trees), data));
            Add("used model", () => Seconds(ourModel, data), () => Seconds(theirModel, data));

            void Add(string state, Func<double> us, Func<double> them) => report.Add(
                $"Score a table by Default, {rows} rows × {Net.A.Inputs}, {state}", "LightGBM", PairedRun.CompareTimes(us, them, Rounds));
        }
    }

    private static byte[] Saved(MLContext ml, ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Loaded(MLContext ml, byte[] model)
    {
        using var stream = new MemoryStream(model);
        return ml.Model.Load(stream, out _);
    }

    private static double Seconds(ITransformer model, IDataView data)
    {
        var start = Stopwatch.GetTimestamp();
        var scored = model.Transform(data);
        var column = scored.Schema["Score"];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> score = default;
        while (cursor.MoveNext()) getter(ref score);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
