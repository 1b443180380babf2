using Backprop.Metrics;

namespace Backprop.Reports;

/// <summary>The rows that a report was measured on, and their columns.</summary>
public sealed record MeasuredData
{
    internal MeasuredData()
    {
    }

    /// <summary>Number of rows of the data.</summary>
    public required long TotalRows { get; init; }

    /// <summary>Number of rows in the sample. Equal to <see cref="TotalRows"/> if no sample was drawn.</summary>
    public required int SampledRows { get; init; }

    /// <summary>Number of sampled rows without a label, or with a class that the model does not have.</summary>
    public required int RowsWithoutLabel { get; init; }

    /// <summary>Number of sampled rows with a label, but without a finite prediction.</summary>
    public required int RowsWithoutPrediction { get; init; }

    /// <summary>Number of rows that metrics are of.</summary>
    public int MeasuredRows => SampledRows - RowsWithoutLabel - RowsWithoutPrediction;

    /// <summary>The columns that the model predicts from: category columns and slots of vectors.</summary>
    public required IReadOnlyList<ColumnSummary> Columns { get; init; }

    /// <summary>Number of columns that are not described, because there are too many.</summary>
    public int OtherColumns { get; init; }
}
