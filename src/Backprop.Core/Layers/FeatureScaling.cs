namespace Backprop.Layers;

/// <summary>How features are shifted and scaled, inside the trained network.</summary>
public enum FeatureScaling
{
    /// <summary>(x − mean) / standard deviation.</summary>
    Standard,

    /// <summary>(x − median) / (upper quartile − lower quartile), robust to outliers. If the quartiles are equal, half the range replaces
    /// their distance. Weights of examples are ignored.</summary>
    Robust,
}
