using Backprop.Layers;
using Backprop.ML.Data;
using Backprop.Networks;

namespace Backprop.ML;

/// <summary>Properties of the features that determine the layers of a network.</summary>
/// <param name="WithMissing">Slots that have missing values, in ascending order.</param>
/// <param name="Columns">The slots, keys and classes; null if they are not known yet.</param>
/// <param name="Concentrated">Slots with concentrated values (<see cref="Training.ExampleSet.ConcentratedFeatures"/>), in ascending
/// order.</param>
/// <param name="FewValued">Slots with few values (<see cref="Training.ExampleSet.FewValuedFeatures"/>), in ascending order.</param>
internal sealed record FeatureTraits(
    ModelColumns? Columns, IReadOnlyList<int> WithMissing, IReadOnlyList<int> Concentrated, IReadOnlyList<FewValuedFeature> FewValued)
{
    /// <summary>Features without known traits.</summary>
    public static FeatureTraits None { get; } = new(null, [], [], []);

    /// <summary>The traits that a network was created with.</summary>
    public static FeatureTraits Of(Network network, ModelColumns columns) => new(
        columns,
        network.Layers.OfType<IReplacesMissing>().FirstOrDefault()?.Indicated ?? [],
        network.Layers.OfType<ITransformsFeatures>().FirstOrDefault()?.Features ?? [],
        network.Layers.OfType<IIndicatesValues>().FirstOrDefault()?.Features ?? []);
}
