namespace Backprop.Layers;

/// <summary>What becomes of features that are missing.</summary>
public enum MissingValues
{
    /// <summary>Nothing: examples with any are not learned from.</summary>
    Skip,

    /// <summary>The mean of the feature stands in, and an indicator says so.</summary>
    Mean,

    /// <summary>The median of the feature stands in, and an indicator says so.</summary>
    Median,

    /// <summary>A learned number stands in, one for each feature; at first the mean.</summary>
    Learned,
}
