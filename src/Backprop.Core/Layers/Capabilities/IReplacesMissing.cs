using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that replaces missing values of the features (NaN).</summary>
internal interface IReplacesMissing : IKeepsFeatures
{
    /// <summary>Features with an indicator of missing values, in ascending order.</summary>
    IReadOnlyList<int> Indicated { get; }

    /// <summary>Whether missing values of sparse rows can be replaced before the rows enter the network.</summary>
    bool ReplacesInSparse { get; }

    /// <summary>The replacements for sparse rows.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    SparseReplacements ToSparse(ReadOnlySpan<Real> parameters);
}

/// <summary>A layer that transforms some features, each by itself, and leaves every value in its column.</summary>
internal interface ITransformsFeatures
{
    /// <summary>The transformed features, in ascending order.</summary>
    IReadOnlyList<int> Features { get; }
}
