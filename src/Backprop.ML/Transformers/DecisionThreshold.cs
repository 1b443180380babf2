using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The threshold above which a row is called positive.</summary>
/// <param name="Value">The threshold; finite.</param>
/// <param name="ColumnName">The column that it is compared with: Score or Probability.</param>
internal sealed record DecisionThreshold(float Value, string ColumnName)
{
    /// <summary>Score 0, which is a probability of one half.</summary>
    public static DecisionThreshold Default { get; } = new(0, DefaultColumnNames.Score);
}
