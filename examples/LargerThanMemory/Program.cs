// What if the data does not fit into memory? It is read again in every epoch, through a pool that mixes its rows.
using System.Diagnostics;
using System.Globalization;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Rows = 1_000_000;
var ml = new MLContext(seed: 1);
var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.idv");
try
{
    // ML.NET's binary format reads much faster than text; SaveAsBinary writes any data view, row by row.
    using (var file = File.Create(path))
        ml.Data.SaveAsBinary(ml.Data.LoadFromEnumerable(Measurements()), file, keepHidden: false);
    Console.WriteLine($"{Rows:N0} rows would need {Rows * (Measurement.Size + 1) * sizeof(float) / 1e6:F0} MB of memory");

    var data = ml.Data.LoadFromBinary(path);
    using ((IDisposable)data) // the file
    {
        var memory = new Memory();
        var trainer = ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            MemoryBudget = 50_000_000, // bytes; larger data is not kept but read again in every epoch, because Caching is Auto
            ValidationFraction = 0.02, // these rows are held out and kept in memory
            HiddenLayers = [32],
            NumberOfIterations = 3,
            BatchSize = 512,
            Progress = memory,
        });
        var clock = Stopwatch.StartNew();
        var history = trainer.Fit(data).Model.History;
        Console.WriteLine($"{history.Count} epochs in {clock.Elapsed.TotalSeconds:F1} s, with {memory.Most / 1e6:F0} MB in use");
        Console.WriteLine($"mean squared error on held-out rows: {history[^1].ValidationLoss:F3} of the label's variance");
    }
}
finally
{
    File.Delete(path);
}

// A sine and a product, hidden among thirty numbers.
static IEnumerable<Measurement> Measurements()
{
    var random = new Random(1);
    for (var row = 0; row < Rows; row++)
    {
        var features = new float[Measurement.Size];
        foreach (ref var feature in features.AsSpan()) feature = 2 * random.NextSingle() - 1;
        yield return new Measurement { Features = features, Label = MathF.Sin(3 * features[0]) + features[1] * features[2] };
    }
}

internal sealed class Measurement
{
    public const int Size = 30;

    [VectorType(Size)]
    public float[] Features { get; set; } = [];

    public float Label { get; set; }
}

internal sealed class Memory : IProgress<EpochReport>
{
    private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);

    public long Most { get; private set; }

    public void Report(EpochReport value) => Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true) - _before);
}
