namespace Backprop.Accuracy.Data;

/// <summary>A data set in memory: lines of comma-separated values, the label last. Rows keep the text of their file, so every learner reads
/// the same digits.</summary>
/// <param name="Name">Its name in the manifest, or of what was derived from it.</param>
/// <param name="Task">What is predicted.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Categorical">The names of those that hold categories.</param>
/// <param name="Parts">The published parts, one after the other: all rows, or those for training, validation, test.</param>
internal sealed record DataSet(string Name, TaskKind Task, string[] Columns, string[] Categorical, DataPart[] Parts)
{
    /// <summary>The rows of all parts, in order.</summary>
    public string[] Rows { get; } = [.. Parts.SelectMany(part => part.Rows)];

    /// <summary>The label of every row, as it is written.</summary>
    public string[] Labels => field ??= [.. Rows.Select(row => row[(row.LastIndexOf(',') + 1)..])];

    /// <summary>The classes, in ordinal order; none for a regression.</summary>
    public string[] Classes => field ??= Task == TaskKind.Regression ? [] : [.. Labels.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The numbers of the rows of a part, counted over all parts.</summary>
    public int[] RowsOf(string part)
    {
        var first = 0;
        foreach (var (name, rows) in Parts)
        {
            if (name == part) return [.. Enumerable.Range(first, rows.Length)];
            first += rows.Length;
        }
        throw new ArgumentException($"{Name} has no part '{part}'; there are {string.Join(", ", Parts.Select(other => other.Name))}.");
    }
}

/// <summary>One file of a data set.</summary>
/// <param name="Name">"train", "valid" or "test"; "all" where it is the only one.</param>
/// <param name="Rows">Its lines without the header.</param>
internal sealed record DataPart(string Name, string[] Rows);
