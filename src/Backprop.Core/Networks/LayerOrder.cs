using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Checks the order of layers, and derives the offsets and the members of an ensemble from it.</summary>
internal sealed class LayerOrder
{
    private readonly Layer[] _layers;
    private readonly CategoryOrder _categories;
    private int _firstOfMembers; // the index after the layer that makes the members; 0 without one

    /// <summary>Checks layers, first to last.</summary>
    /// <exception cref="ArgumentException">
    /// A layer is null, neighbours do not fit, a layer is at an index that is not allowed, or there are more parameters than one array can
    /// hold.
    /// </exception>
    public LayerOrder(Layer[] layers)
    {
        _layers = layers;
        _categories = new CategoryOrder(layers);
        Offsets = new int[layers.Length + 1];
        IsAddedLater = new bool[layers.Length];
        for (var l = 0; l < layers.Length; l++)
        {
            if (layers[l] is null) throw new ArgumentException($"Layer {l} is missing (null).", nameof(layers));
            if (l > 0 && layers[l].Inputs != layers[l - 1].Outputs)
                throw new ArgumentException(
                    $"Layer {l} ({layers[l].GetType().Name}) has {layers[l].Inputs} inputs, " +
                    $"but layer {l - 1} ({layers[l - 1].GetType().Name}) has {layers[l - 1].Outputs} outputs.", nameof(layers));
            if (layers[l] is IHasPlace restricted) restricted.CheckPlace(l, layers, _firstOfMembers);
            if (layers[l] is IReadsEarlierOutput reader) IsAddedLater[reader.SourceOf(l)] = true;
            _categories.Check(l);
            CheckMembers(l);
            var end = (long)Offsets[l] + layers[l].ParameterCount;
            if (end > Array.MaxLength)
                throw new ArgumentException(
                    $"A network can have at most {Array.MaxLength} parameters; with layer {l} it would have {end}.", nameof(layers));
            Offsets[l + 1] = (int)end;
        }
        if (EnsembleSize > 1 && Offsets[^1] - Offsets[_firstOfMembers] < layers[_firstOfMembers - 1].Outputs)
            throw new ArgumentException(
                $"Layer {_firstOfMembers - 1} makes {EnsembleSize} members of {layers[_firstOfMembers - 1].Inputs} values each, but the " +
                    $"members have only {Offsets[^1] - Offsets[_firstOfMembers]} parameters. They need at least one for each value.",
                nameof(layers));
    }

    /// <summary>The offset of each layer's parameters, then the end of the last layer's.</summary>
    public int[] Offsets { get; }

    /// <summary>Whether a later layer also reads the input of this layer.</summary>
    public bool[] IsAddedLater { get; }

    /// <summary>Members of the ensemble; 1 without one.</summary>
    public int EnsembleSize { get; private set; } = 1;

    /// <summary>The layer that makes the members of the ensemble; the number of layers without one.</summary>
    public int LayerOfMembers => _firstOfMembers > 0 ? _firstOfMembers - 1 : _layers.Length;

    private void CheckMembers(int layer)
    {
        if (EnsembleSize > 1 && !_layers[layer].SupportsEnsembles(EnsembleSize))
        {
            throw new ArgumentException(
                $"Layer {layer} ({_layers[layer].Caption}) does not keep the {EnsembleSize} members of the ensemble separate. " +
                $"Use {LayerCapabilities.LayersOfMembers}, or build the network with {nameof(NetworkBuilder)}, which adds them.");
        }
        if (_layers[layer] is not IMakesMembers source) return;
        if (_firstOfMembers > 0)
            throw new ArgumentException(
                $"Layer {layer} makes members, but layer {_firstOfMembers - 1} already did. Only one such layer is allowed.");
        (EnsembleSize, _firstOfMembers) = (source.EnsembleSize, layer + 1);
    }
}
