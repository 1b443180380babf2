using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>The activations of a hidden layer as an output of a trained network, in addition to its scores: a learned representation of the
/// row.</summary>
/// <remarks>Hidden layers are counted from 1, by their activation functions. The values are those of scoring, without dropout. In an
/// ensemble, the members' activations follow one another.</remarks>
/// <param name="Layer">Which hidden layer; from 1 on.</param>
/// <param name="Name">The name of the output.</param>
public sealed record HiddenOutput(int Layer, string Name)
{
    /// <summary>The index of every activation among the layers of a network: the n-th is that of hidden layer n.</summary>
    internal static int[] LayersOf(Network network) =>
        [.. network.Layers.Index().Where(each => each.Item.Activations.Count > 0).Select(each => each.Index)];

    /// <summary>Number of values: units of the layer, times members of the ensemble.</summary>
    internal int WidthIn(Network network) => network.Layers[LayersOf(network)[Layer - 1]].Outputs;

    /// <summary>The output of a layer of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">Which hidden layer, from 1 on; −1 for the last.</param>
    /// <param name="name">The name of the output.</param>
    /// <exception cref="ArgumentException">There is no such layer, or the name is empty. The message says which layers there
    /// are.</exception>
    internal static HiddenOutput Of(Network network, int layer, string name)
    {
        var count = LayersOf(network).Length;
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (count == 0) throw new ArgumentException($"Network {network} has no hidden layer.", nameof(layer));
        if ((layer < 1 || layer > count) && layer != -1)
            throw new ArgumentOutOfRangeException(
                nameof(layer), layer, $"Network {network} has {count} hidden layers: must be from 1 to {count}, or −1 for the last.");
        return new HiddenOutput(layer == -1 ? count : layer, name);
    }
}
