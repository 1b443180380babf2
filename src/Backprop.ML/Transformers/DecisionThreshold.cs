using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The threshold above which a row is called positive, or one threshold for each of several labels.</summary>
/// <param name="Value">The threshold; finite. NaN if the labels have different thresholds.</param>
/// <param name="ColumnName">The column that it is compared with: Score or Probability.</param>
internal sealed record DecisionThreshold(float Value, string ColumnName)
{
    /// <summary>Score 0, which is a probability of one half.</summary>
    public static DecisionThreshold Default { get; } = new(0, DefaultColumnNames.Score);

    /// <summary>The thresholds of the labels, in the order of the Score column.</summary>
    /// <param name="values">[labels], each finite; copied.</param>
    /// <param name="columnName">The column that they are compared with.</param>
    public static DecisionThreshold Of(ReadOnlySpan<float> values, string columnName) =>
        values.ContainsAnyExcept(values[0])
            ? new DecisionThreshold(float.NaN, columnName) { OfLabels = values.ToArray() }
            : new DecisionThreshold(values[0], columnName);

    /// <summary>[labels]: a threshold for each; null if all labels have <see cref="Value"/>.</summary>
    public float[]? OfLabels { get; private init; }

    /// <summary>The threshold of a label.</summary>
    public float At(int label) => OfLabels is null ? Value : OfLabels[label];

    /// <summary>The thresholds of some number of labels.</summary>
    public IReadOnlyList<float> ForLabels(int count) => [.. OfLabels ?? Enumerable.Repeat(Value, count)];

    /// <summary>The same for scores that were multiplied by a factor.</summary>
    public DecisionThreshold Times(double factor) => OfLabels is null
        ? this with { Value = (float)(Value * factor) }
        : Of([.. OfLabels.Select(each => (float)(each * factor))], ColumnName);
}
