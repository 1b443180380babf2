using System.Globalization;

namespace Backprop.ML.Data;

/// <summary>The bytes that the examples of one training run may take; what is too large is refused before memory is asked for.</summary>
internal sealed class MemoryBudget(long bytes)
{
    private long _taken;

    /// <summary>The memory that the runtime may use: that of the machine, or of the container.</summary>
    public static long OfProcess => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Most rows of <paramref name="columns"/> numbers that still fit.</summary>
    public long MostRows(int columns) => (bytes - _taken) / (columns * (long)sizeof(float));

    /// <summary>Takes what a data set has used.</summary>
    public void Take(long used) => _taken += used;

    /// <summary>Whether so many bytes still fit.</summary>
    public bool Fits(long used) => used <= bytes - _taken;

    /// <summary>The error for rows of which only the numbers are kept that are not 0.</summary>
    public InvalidOperationException ExceededSparse(string name, int rows, long used) => new(string.Create(CultureInfo.InvariantCulture,
        $"The {name} data does not fit into memory: {rows} rows, of which only the features that are not 0 are kept, take {used} bytes, there are more, and the budget is {Budget}. Train on fewer rows or columns, or raise the budget."));

    /// <summary>The error for a data set that does not fit.</summary>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="rows">How many rows it has; "more than …" where they were not counted to the end.</param>
    /// <param name="leastRows">Rows that it has at least.</param>
    /// <param name="columns">Features, label and weight.</param>
    public InvalidOperationException Exceeded(string name, string rows, long leastRows, int columns)
    {
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The {name} data does not fit into memory: {rows} rows × {columns} columns × {sizeof(float)} bytes = {(Int128)leastRows * columns * sizeof(float)} bytes, and the budget is {Budget}. Train on fewer rows or columns, or raise the budget."));
    }

    private string Budget => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes{(_taken > 0 ? $", of which {_taken} are taken by the training data" : "")} ({nameof(BackpropTrainer.Options.MemoryBudget)})");
}
