using Backprop.Metrics;

namespace Backprop.ML;

/// <summary>The importance of the columns of a model.</summary>
public sealed record ColumnImportanceReport
{
    internal ColumnImportanceReport(Metric metric, double baseline, int rows, IReadOnlyList<ColumnImportance> columns) =>
        (Metric, Baseline, Rows, Columns) = (metric, baseline, rows, columns);

    /// <summary>The metric that was measured.</summary>
    public Metric Metric { get; }

    /// <summary>The metric on the unchanged data.</summary>
    public double Baseline { get; }

    /// <summary>Number of rows that were scored. Rows without a label or without a finite prediction are not counted.</summary>
    public int Rows { get; }

    /// <summary>Category columns, slots of the features column, and groups, in descending order of importance.</summary>
    public IReadOnlyList<ColumnImportance> Columns { get; }
}
