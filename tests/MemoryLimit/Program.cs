using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

// Percentages of the memory that the process may use → for each, whether rows of that size were kept in memory or streamed. Rows are
// made as they are read, so they take no memory before.
const int columns = 500;
var schema = SchemaDefinition.Create(typeof(Row));
schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
foreach (var percent in args)
{
    var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 100 * int.Parse(percent, CultureInfo.InvariantCulture);
    var (ml, way) = (new MLContext(seed: 1), "memory");
    ml.Log += (_, message) =>
    {
        if (message.Message.Contains("does not fit into memory", StringComparison.Ordinal)) way = "stream";
    };
    var options = new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        HiddenLayers = [4],
        NumberOfIterations = 1,
        BatchSize = 4096,
        ValidationFraction = 0.1,
        Seed = 1
    };
    new BackpropTrainer(ml, options).Fit(ml.Data.LoadFromEnumerable(Row.Make((int)(bytes / columns / sizeof(float)), columns), schema));
    Console.WriteLine($"{percent} {way}");
}

internal sealed class Row
{
    public float[] Features { get; set; } = [];

    public float Label { get; set; }

    public static IEnumerable<Row> Make(int count, int columns)
    {
        var row = new Row { Features = new float[columns] };
        for (var i = 0; i < count; i++)
        {
            row.Features[i % columns] = i % 101;
            row.Label = i % 101;
            yield return row;
        }
    }
}
