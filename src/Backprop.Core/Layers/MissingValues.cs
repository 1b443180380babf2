namespace Backprop.Layers;

/// <summary>The treatment of missing values of features.</summary>
public enum MissingValues
{
    /// <summary>Examples with missing features are excluded from training.</summary>
    Skip,

    /// <summary>Missing values are replaced by the feature's mean, and an indicator is added.</summary>
    Mean,

    /// <summary>Missing values are replaced by the feature's median, and an indicator is added.</summary>
    Median,

    /// <summary>Missing values are replaced by a learned value, one for each feature; initially the mean.</summary>
    Learned,
}
