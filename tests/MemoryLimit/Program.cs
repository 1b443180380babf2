using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

// [Plain | Default] [known | unknown] percentages of the memory that the process may use → for each, whether rows of that size were kept
// in memory or streamed, and the largest resident memory above the start as a multiple of the rows (of the largest size so far).
// benchmarks/memory.sh runs it for a table of limits.
const int columns = 50;
var isDefault = args.Contains("Default");
var isKnown = args.Contains("known");
var schema = SchemaDefinition.Create(typeof(Row));
schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
var before = Environment.WorkingSet;
foreach (var percent in args.Where(argument => char.IsAsciiDigit(argument[0])))
{
    var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 100 * int.Parse(percent, CultureInfo.InvariantCulture);
    var (ml, way) = (new MLContext(seed: 1), "memory");
    ml.Log += (_, message) =>
    {
        if (message.Message.Contains("does not fit into memory", StringComparison.Ordinal)) way = "stream";
    };
    var options = new BackpropTrainer.Options { NumberOfIterations = 1, MaximumTrainingTime = TimeSpan.FromMinutes(1), Seed = 1 };
    if (!isDefault) (options.Preset, options.HiddenLayers, options.BatchSize, options.ValidationFraction) = (Preset.Plain, [4], 4096, 0.1);
    var rows = new RowsMadeWhenRead((int)(bytes / columns / sizeof(float)), columns);
    new BackpropTrainer(ml, options).Fit(ml.Data.LoadFromEnumerable(isKnown ? rows : rows.Select(row => row), schema));
    var peak = (double)(PeakWorkingSet() - before) / bytes;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{percent} {way} {peak:F2}"));
}

// Process.PeakWorkingSet64 is that of the moment on some systems.
static long PeakWorkingSet()
{
    const string status = "/proc/self/status";
    if (!File.Exists(status)) return System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64;
    var line = File.ReadLines(status).Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
    return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}

internal sealed class Row
{
    public float[] Features { get; set; } = [];

    public float Label { get; set; }
}

/// <summary>Rows that take no memory before they are read; only their count is known.</summary>
internal sealed class RowsMadeWhenRead(int count, int columns) : ICollection<Row>
{
    public int Count => count;

    public bool IsReadOnly => true;

    public IEnumerator<Row> GetEnumerator()
    {
        var row = new Row { Features = new float[columns] };
        for (var i = 0; i < count; i++)
        {
            row.Features[i % columns] = i % 101;
            row.Label = i % 101;
            yield return row;
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    public void Add(Row item) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public bool Contains(Row item) => throw new NotSupportedException();

    public void CopyTo(Row[] array, int arrayIndex) => throw new NotSupportedException();

    public bool Remove(Row item) => throw new NotSupportedException();
}
