namespace Backprop.Layers;

/// <summary>How features are shifted and scaled, inside the trained network.</summary>
public enum FeatureScaling
{
    /// <summary>(x − mean) / standard deviation.</summary>
    Standard,

    /// <summary>(x − median) / (upper quartile − lower quartile), which outliers do not move; half the range where the quartiles are equal.
    /// Weights of examples do not count.</summary>
    Robust,
}
