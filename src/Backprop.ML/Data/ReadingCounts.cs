namespace Backprop.ML.Data;

/// <summary>Counts the rows of one reading, which may have several parts.</summary>
/// <param name="allowsMissing">Whether rows with missing features are used.</param>
internal sealed class ReadingCounts(bool allowsMissing)
{
    /// <summary>Number of usable rows.</summary>
    public long Kept { get; set; }

    /// <summary>The rows that were skipped.</summary>
    public SkippedRows Skipped { get; } = new(allowsMissing);

    /// <summary>The rows that are used, but lack some of several targets.</summary>
    public IncompleteRows Incomplete { get; } = new();

    /// <summary>Number of all rows.</summary>
    public long Rows => Kept + Skipped.Count;
}
