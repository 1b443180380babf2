using Backprop.Metrics;

namespace Backprop.ML;

/// <summary>The interactions of the columns of a model.</summary>
public sealed record InteractionReport
{
    internal InteractionReport(
        string output, int rows, IReadOnlyList<InteractionStrength> columns, IReadOnlyList<InteractionStrength> pairs) =>
        (Output, Rows, Columns, Pairs) = (output, rows, columns, pairs);

    /// <summary>The name of the output: a column, or one of its slots.</summary>
    public string Output { get; }

    /// <summary>Number of rows that were used.</summary>
    public int Rows { get; }

    /// <summary>The interaction of every column with all others, in descending order of H.</summary>
    public IReadOnlyList<InteractionStrength> Columns { get; }

    /// <summary>The interaction of every pair, in descending order of H.</summary>
    public IReadOnlyList<InteractionStrength> Pairs { get; }
}
