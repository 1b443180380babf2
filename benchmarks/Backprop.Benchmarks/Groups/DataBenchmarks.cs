using Backprop.Benchmarks.Harness;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Two kinds of data that are not a matrix in memory: rows of mostly zeros, and a file that is read anew in every pass. Two
/// threads.</summary>
internal static class DataBenchmarks
{
    private const int Threads = 2;

    public static void Run(Report report)
    {
        CompareSparse(report);
        CompareStream(report);
    }

    // One pass of a network against the whole fit of ML.NET's linear learner: texts, as numbers, have such a shape.
    private static void CompareSparse(Report report)
    {
        const int rows = 20_000, slots = 30_000, filled = 108;
        var ml = new MLContext(seed: 1);
        var data = SparseRows(ml, rows, slots, filled);
        var ours = ml.BinaryClassification.Trainers.Backprop(
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain, HiddenLayers = [64], NumberOfIterations = 1, NumberOfThreads = Threads, Seed = 1
            });
        var theirs = ml.BinaryClassification.Trainers.LbfgsLogisticRegression();
        report.Add(
            $"Fit {slots}-64-1, {rows} sparse rows of {filled} values, 1 epoch", "LbfgsLogisticRegression, whole fit",
            PairedRun.CompareTimes(
                () => PairedRun.SecondsPerCall(() => ours.Fit(data)), () => PairedRun.SecondsPerCall(() => theirs.Fit(data))),
            0.5);
    }

    private static void CompareStream(Report report)
    {
        const int rows = 1_000_000, epochs = 3;
        var ml = new MLContext(seed: 1);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.idv");
        try
        {
            using (var file = File.Create(path)) ml.Data.SaveAsBinary(ml.Data.LoadFromEnumerable(DenseRows(rows)), file, keepHidden: false);
            var data = ml.Data.LoadFromBinary(path);
            using ((IDisposable)data)
            {
                foreach (var units in new[] { 64, 256 })
                {
                    IEstimator<ITransformer> Trainer(DataCaching caching) => ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
                    {
                        Preset = Preset.Plain,
                        HiddenLayers = [units, units],
                        NumberOfIterations = epochs,
                        BatchSize = 512,
                        NumberOfThreads = Threads,
                        Seed = 1,
                        Caching = caching,
                    });
                    IEstimator<ITransformer> stream = Trainer(DataCaching.Stream), memory = Trainer(DataCaching.Memory);
                    report.Add(
                        $"Fit {DenseRow.Size}-{units}-{units}-1 from a stream, {rows} rows of a binary file, {epochs} epochs",
                        "the same in memory, reading included",
                        PairedRun.CompareTimes(
                            () => PairedRun.SecondsPerCall(() => stream.Fit(data)), () => PairedRun.SecondsPerCall(() => memory.Fit(data))),
                        0.5);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Words of few kinds are frequent: slot numbers grow with the cube of a random number. A tenth of the slots speaks for one side or the
    // other.
    private static IDataView SparseRows(MLContext ml, int rows, int slots, int filled)
    {
        var random = new Random(1);
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[nameof(SparseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, slots);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(_ =>
        {
            var places = new SortedSet<int>();
            while (places.Count < filled) places.Add((int)(slots * Math.Pow(random.NextDouble(), 3)));
            var votes = places.Sum(place => (place % 20) switch { 0 => 1, 1 => -1, _ => 0 });
            var values = Enumerable.Repeat(1 / MathF.Sqrt(filled), filled).ToArray();
            return new SparseRow
            {
                Features = new VBuffer<float>(slots, filled, values, [.. places]), Label = votes + random.NextDouble() > 0.5
            };
        }).ToArray(), schema);
    }

    private static IEnumerable<DenseRow> DenseRows(int rows)
    {
        var random = new Random(1);
        for (var row = 0; row < rows; row++)
        {
            var features = new float[DenseRow.Size];
            foreach (ref var feature in features.AsSpan()) feature = 2 * random.NextSingle() - 1;
            yield return new DenseRow { Features = features, Label = MathF.Sin(3 * features[0]) + features[1] * features[2] };
        }
    }

    private sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }

        public bool Label { get; set; }
    }

    private sealed class DenseRow
    {
        public const int Size = 50;

        [VectorType(Size)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
