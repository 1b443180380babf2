namespace Backprop.Layers;

/// <summary>What becomes of features that are missing.</summary>
public enum MissingValues
{
    /// <summary>Nothing: examples with any are not learned from.</summary>
    Skip,

    /// <summary>Missing values are replaced by the feature's mean, and an indicator is added.</summary>
    Mean,

    /// <summary>Missing values are replaced by the feature's median, and an indicator is added.</summary>
    Median,

    /// <summary>Missing values are replaced by a learned value, one for each feature; initially the mean.</summary>
    Learned,
}
