using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Whether layers may follow each other as they do, and what follows from their order.</summary>
internal sealed class LayerOrder
{
    private readonly Layer[] _layers;
    private readonly CategoryOrder _categories;
    private int _firstOfMembers; // the layer after those that all members share

    /// <summary>Checks layers, first to last.</summary>
    /// <exception cref="ArgumentException">
    /// One is null, neighbours do not fit, one stands where it cannot, or there are more parameters than one array can
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
                    $"Layer {l} takes {layers[l].Inputs} inputs, but layer {l - 1} gives {layers[l - 1].Outputs} outputs.", nameof(layers));
            if (layers[l] is IHasPlace placed) placed.CheckPlace(l, layers, _firstOfMembers);
            if (layers[l] is IReadsEarlierOutput reader) IsAddedLater[reader.SourceOf(l)] = true;
            _categories.Check(l);
            CheckMembers(l);
            var end = (long)Offsets[l] + layers[l].ParameterCount;
            if (end > Array.MaxLength)
                throw new ArgumentException(
                    $"A network can have at most {Array.MaxLength} parameters; layer {l} brings it to {end}.", nameof(layers));
            Offsets[l + 1] = (int)end;
        }
        if (EnsembleSize > 1 && Offsets[^1] - Offsets[_firstOfMembers] < layers[_firstOfMembers - 1].Outputs)
            throw new ArgumentException(
                $"Layer {_firstOfMembers - 1} makes {EnsembleSize} members of {layers[_firstOfMembers - 1].Inputs} numbers each, which " +
                    $"have {Offsets[^1] - Offsets[_firstOfMembers]} parameters of their own: not one for each number.",
                nameof(layers));
    }

    /// <summary>Where each layer's parameters begin, and at last where all end.</summary>
    public int[] Offsets { get; }

    /// <summary>Whether a later layer also reads what entered this one.</summary>
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
                $"Layer {layer} ({_layers[layer].Caption}) does not keep the {EnsembleSize} members of the ensemble apart; " +
                $"{LayerCapabilities.LayersOfMembers} do, and {nameof(NetworkBuilder)} takes them where they are needed.");
        }
        if (_layers[layer] is not IMakesMembers source) return;
        if (_firstOfMembers > 0) throw new ArgumentException($"Layer {layer} makes members once more; layer {_firstOfMembers - 1} did.");
        (EnsembleSize, _firstOfMembers) = (source.EnsembleSize, layer + 1);
    }
}
