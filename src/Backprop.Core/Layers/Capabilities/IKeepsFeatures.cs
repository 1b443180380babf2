namespace Backprop.Layers;

/// <summary>A layer that leaves the known values of the features unchanged, in their columns. It may add columns at the end.</summary>
internal interface IKeepsFeatures;

/// <summary>A layer that adds a column for each value of some features.</summary>
internal interface IIndicatesValues : IKeepsFeatures
{
    /// <summary>The features with few values, in ascending order.</summary>
    IReadOnlyList<FewValuedFeature> Features { get; }
}
