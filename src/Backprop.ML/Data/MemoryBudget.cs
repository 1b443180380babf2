using System.Globalization;
using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>The bytes that the examples of one training run may use. Data that needs more is refused or streamed, before memory runs
/// out.</summary>
internal sealed class MemoryBudget
{
    // The share of the free memory that may be used. The other part is for the caller's own work and for the runtime.
    private const double ShareToUse = 0.8;
    private const long BytesToSpare = 24 << 20;

    // The pool of a stream, the rows that are read ahead, and the sample of all rows.
    private const long BytesOfStream = 80 << 20;

    private readonly MemoryNeed _need;
    private readonly double _share;
    private long _bytes, _reserved;

    private MemoryBudget(long bytes, bool isGiven, MemoryNeed need, double share) =>
        (_bytes, IsGiven, _need, _share) = (bytes, isGiven, need, share);

    /// <summary>The budget of the option. If the option is null, the free memory minus the other memory that the training needs.</summary>
    /// <param name="given"><see cref="BackpropTrainer.Options.MemoryBudget"/></param>
    /// <param name="need">The memory that the training needs in addition to the values of its examples.</param>
    /// <param name="columns">Number of values of an example.</param>
    public static MemoryBudget Of(long? given, MemoryNeed need, int columns)
    {
        if (given is { } bytes) return new MemoryBudget(bytes, isGiven: true, need, share: 1);
        double ofRow = columns * (double)sizeof(float);
        var budget = new MemoryBudget(0, isGiven: false, need, ofRow / (ofRow + need.PerExample));
        budget._bytes = budget.Free(held: 0);
        return budget;
    }

    /// <summary>Whether the option sets the budget.</summary>
    public bool IsGiven { get; }

    /// <summary>How many rows of <paramref name="columns"/> values still fit.</summary>
    public long MaxRows(int columns) => Math.Max(0, _bytes - _reserved) / (columns * (long)sizeof(float));

    /// <summary>Reserves the memory of a data set.</summary>
    public void Reserve(long used) => _reserved += used;

    /// <summary>Whether so many bytes still fit.</summary>
    public bool Fits(long used) => used <= _bytes - _reserved;

    /// <summary>Releases memory that is no longer in use, and measures the free memory again.</summary>
    /// <param name="used">Bytes of a data set that is being read.</param>
    public void Measure(long used)
    {
        if (IsGiven) return;
        AvailableMemory.Release();
        _bytes = Free(used + _reserved);
    }

    /// <summary>Reserves the memory of a stream. The remaining budget is for validation rows.</summary>
    public void ReserveStream()
    {
        AvailableMemory.Release();
        if (!IsGiven) _bytes = Math.Max(0, (long)((AvailableMemory.Now() - _need.Fixed - BytesOfStream) * _share)) + _reserved;
    }

    /// <summary>The error for sparse data that does not fit.</summary>
    public InvalidOperationException ExceededSparse(string name, int rows, long used) => new(string.Create(CultureInfo.InvariantCulture,
        $"The {name} data does not fit into memory: {rows} rows need {used} bytes (only the features that are not 0 are kept), "
        + $"there are more rows, and the budget is {Budget}. {Advice}"));

    /// <summary>The error for a data set that does not fit.</summary>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="rows">The number of rows; "more than …" if not all rows were counted.</param>
    /// <param name="minRows">Minimum number of rows.</param>
    /// <param name="columns">Number of values of a row: features, label and weight.</param>
    public InvalidOperationException Exceeded(string name, string rows, long minRows, int columns)
    {
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The {name} data does not fit into memory: {rows} rows × {columns} columns × {sizeof(float)} bytes = "
            + $"{(Int128)minRows * columns * sizeof(float)} bytes, and the budget is {Budget}. {Advice}"));
    }

    /// <summary>The error if memory runs out nevertheless.</summary>
    public static InvalidOperationException RanOut(OutOfMemoryException problem) => new(
        string.Create(CultureInfo.InvariantCulture, $"Memory ran out during training. The runtime may use {AvailableMemory.Total} bytes. ")
        + $"Set {nameof(BackpropTrainer.Options.MemoryBudget)} to keep fewer rows in memory, "
        + $"or {nameof(BackpropTrainer.Options.Caching)} = {nameof(DataCaching.Stream)} to keep none. "
        + $"A smaller {nameof(BackpropTrainer.Options.BatchSize)}, smaller {nameof(BackpropTrainer.Options.HiddenLayers)} or a "
        + $"smaller {nameof(BackpropTrainer.Options.EnsembleSize)} need less.",
            problem);

    private static string Advice => $"Train on fewer rows or columns, increase {nameof(BackpropTrainer.Options.MemoryBudget)}, or set "
        + $"{nameof(BackpropTrainer.Options.Caching)} = {nameof(DataCaching.Auto)} to read rows again in every epoch.";

    private string Budget
    {
        get
        {
            var reserved = _reserved > 0
                ? string.Create(CultureInfo.InvariantCulture, $"; the training data uses {_reserved} of them")
                : "";
            const string option = nameof(BackpropTrainer.Options.MemoryBudget);
            return string.Create(CultureInfo.InvariantCulture, $"{_bytes} bytes ({option}){reserved}");
        }
    }

    // The budget from the free memory and the memory that the examples use already.
    private long Free(long held) =>
        Math.Max(0, (long)(((AvailableMemory.Now() + held) * ShareToUse - BytesToSpare - _need.Fixed) * _share));
}
