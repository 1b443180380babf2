using Backprop.Metrics;

namespace Backprop.ML;

/// <summary>Which columns a model depends on.</summary>
public sealed record ColumnImportanceReport
{
    internal ColumnImportanceReport(Metric metric, double baseline, int rows, IReadOnlyList<ColumnImportance> columns) =>
        (Metric, Baseline, Rows, Columns) = (metric, baseline, rows, columns);

    /// <summary>What was measured.</summary>
    public Metric Metric { get; }

    /// <summary>The metric on the data as it is.</summary>
    public double Baseline { get; }

    /// <summary>Rows that were scored. Rows without a label or without a finite prediction are not counted.</summary>
    public int Rows { get; }

    /// <summary>Category columns, slots of the features column, and groups, from the most important to the least.</summary>
    public IReadOnlyList<ColumnImportance> Columns { get; }
}
