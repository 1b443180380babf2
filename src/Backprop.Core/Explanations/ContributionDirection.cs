namespace Backprop.Explanations;

/// <summary>The direction in which a column changes a score.</summary>
public enum ContributionDirection
{
    /// <summary>The column does not change the score, or the score of the row is not defined.</summary>
    None,

    /// <summary>The score is higher than without the column.</summary>
    Raises,

    /// <summary>The score is lower than without the column.</summary>
    Lowers,
}
