using System.Globalization;
using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>The bytes that the examples of one training run may take; data that takes more is refused or streamed before memory runs
/// out.</summary>
internal sealed class MemoryBudget
{
    // Of what is free, so much is left to the caller's own work, and to the runtime.
    private const double ShareToUse = 0.8;
    private const long BytesToSpare = 24 << 20;

    // The pool of a stream, its rows in reserve, and a sample of all.
    private const long BytesOfStream = 80 << 20;

    private readonly MemoryNeed _need;
    private readonly double _share;
    private long _bytes, _taken;

    private MemoryBudget(long bytes, bool isGiven, MemoryNeed need, double share) =>
        (_bytes, IsGiven, _need, _share) = (bytes, isGiven, need, share);

    /// <summary>What the option says; where it says nothing, what is free, less what else the training needs.</summary>
    /// <param name="given"><see cref="BackpropTrainer.Options.MemoryBudget"/></param>
    /// <param name="need">What the training takes besides the numbers of its examples.</param>
    /// <param name="columns">Numbers of an example.</param>
    public static MemoryBudget Of(long? given, MemoryNeed need, int columns)
    {
        if (given is { } bytes) return new MemoryBudget(bytes, isGiven: true, need, share: 1);
        double ofRow = columns * (double)sizeof(float);
        var budget = new MemoryBudget(0, isGiven: false, need, ofRow / (ofRow + need.PerExample));
        budget._bytes = budget.Free(held: 0);
        return budget;
    }

    /// <summary>Whether the option says how large it is.</summary>
    public bool IsGiven { get; }

    /// <summary>How many rows of <paramref name="columns"/> numbers still fit.</summary>
    public long MaxRows(int columns) => Math.Max(0, _bytes - _taken) / (columns * (long)sizeof(float));

    /// <summary>Takes what a data set has used.</summary>
    public void Take(long used) => _taken += used;

    /// <summary>Whether so many bytes still fit.</summary>
    public bool Fits(long used) => used <= _bytes - _taken;

    /// <summary>Releases everything that is no longer in use, and measures again how much memory is free.</summary>
    /// <param name="used">Bytes of a data set that is being read.</param>
    public void Measure(long used)
    {
        if (IsGiven) return;
        AvailableMemory.Release();
        _bytes = Free(used + _taken);
    }

    /// <summary>Leaves room for what a stream needs; the rest is for validation rows.</summary>
    public void TakeStream()
    {
        AvailableMemory.Release();
        if (!IsGiven) _bytes = Math.Max(0, (long)((AvailableMemory.Now() - _need.Fixed - BytesOfStream) * _share)) + _taken;
    }

    /// <summary>The error for rows of which only the numbers are kept that are not 0.</summary>
    public InvalidOperationException ExceededSparse(string name, int rows, long used) => new(string.Create(CultureInfo.InvariantCulture,
        $"The {name} data does not fit into memory: {rows} rows, of which only the features that are not 0 are kept, take {used} bytes, "
        + $"there are more, and the budget is {Budget}. {Advice}"));

    /// <summary>The error for a data set that does not fit.</summary>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="rows">How many rows it has; "more than …" where they were not counted to the end.</param>
    /// <param name="minRows">Rows that it has at least.</param>
    /// <param name="columns">Features, label and weight.</param>
    public InvalidOperationException Exceeded(string name, string rows, long minRows, int columns)
    {
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The {name} data does not fit into memory: {rows} rows × {columns} columns × {sizeof(float)} bytes = "
            + $"{(Int128)minRows * columns * sizeof(float)} bytes, and the budget is {Budget}. {Advice}"));
    }

    /// <summary>The error for memory that ran out all the same.</summary>
    public static InvalidOperationException RanOut(OutOfMemoryException problem) => new(
        string.Create(CultureInfo.InvariantCulture, $"Memory ran out while training; the runtime may use {AvailableMemory.Total} bytes. ")
        + $"Set {nameof(BackpropTrainer.Options.MemoryBudget)} to keep fewer rows in memory, "
        + $"or {nameof(BackpropTrainer.Options.Caching)} = {nameof(DataCaching.Stream)} to keep none. "
        + $"A smaller {nameof(BackpropTrainer.Options.BatchSize)}, smaller {nameof(BackpropTrainer.Options.HiddenLayers)} and fewer " +
            $"{nameof(BackpropTrainer.Options.EnsembleSize)} need less.",
            problem);

    private static string Advice => $"Train on fewer rows or columns, or raise {nameof(BackpropTrainer.Options.MemoryBudget)}.";

    private string Budget
    {
        get
        {
            var taken = _taken > 0
                ? string.Create(CultureInfo.InvariantCulture, $", of which {_taken} are taken by the training data")
                : "";
            return string.Create(CultureInfo.InvariantCulture, $"{_bytes} bytes{taken} ({nameof(BackpropTrainer.Options.MemoryBudget)})");
        }
    }

    // Of what is free and what the examples have already.
    private long Free(long held) =>
        Math.Max(0, (long)(((AvailableMemory.Now() + held) * ShareToUse - BytesToSpare - _need.Fixed) * _share));
}
