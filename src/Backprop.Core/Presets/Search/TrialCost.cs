using Backprop.Networks;

namespace Backprop.Presets;

/// <summary>The computed cost of training, relative to other networks on the same rows.</summary>
internal static class TrialCost
{
    // An activation, its derivative and dropout of one value are as expensive as so many multiplications of a matrix product.
    private const long WorkOfValue = 24;

    /// <summary>The work for one row of an epoch.</summary>
    public static long OfRow(Network network) =>
        network.Layers.Sum(layer => layer.ParameterCount + WorkOfValue * (layer.Inputs + layer.Outputs));
}
