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
                throw new ArgumentException($"Layer {l} takes {layers[l].Inputs} inputs, but layer {l - 1} gives {layers[l - 1].Outputs} outputs.", nameof(layers));
            if (layers[l] is SkipConnection skip) CheckSkip(l, skip);
            if (layers[l] is InputSkip input && input.Features != layers[0].Inputs) throw new ArgumentException($"Layer {l} has room for {input.Features} features; the network takes {layers[0].Inputs}.", nameof(layers));
            if (layers[l] is Imputation && l > 0) throw new ArgumentException($"Layer {l} replaces missing values; only the first layer sees any.", nameof(layers));
            if (layers[l] is InputSkip && layers[0] is Imputation) throw new ArgumentException($"Layer {l} would put missing values beside what stands in for them; {nameof(InputSkip)} and {nameof(Imputation)} do not go together.", nameof(layers));
            _categories.Check(l);
            CheckMembers(l);
            var end = (long)Offsets[l] + layers[l].ParameterCount;
            if (end > Array.MaxLength) throw new ArgumentException($"A network can have at most {Array.MaxLength} parameters; layer {l} brings it to {end}.", nameof(layers));
            Offsets[l + 1] = (int)end;
        }
        if (EnsembleSize > 1 && Offsets[^1] - Offsets[_firstOfMembers] < layers[_firstOfMembers - 1].Outputs)
            throw new ArgumentException($"Layer {_firstOfMembers - 1} makes {EnsembleSize} members of {layers[_firstOfMembers - 1].Inputs} numbers each, which have {Offsets[^1] - Offsets[_firstOfMembers]} parameters of their own: not one for each number.", nameof(layers));
    }

    /// <summary>Where each layer's parameters begin, and at last where all end.</summary>
    public int[] Offsets { get; }

    /// <summary>Whether a later layer adds what entered this one.</summary>
    public bool[] IsAddedLater { get; }

    /// <summary>Members of the ensemble; 1 without one.</summary>
    public int EnsembleSize { get; private set; } = 1;

    /// <summary>Of the numbers that enter the first of some layers, those that are numbers of categories to any of them.</summary>
    public static IEnumerable<int> CategorySlotsOf(IReadOnlyList<Layer> layers)
    {
        var encoding = layers.OfType<OneHotEncoding>().FirstOrDefault();
        var embedded = layers.Select(PerMember.EachOf).OfType<EntityEmbedding>().SelectMany(embedding => embedding.Categories).Select(category => encoding?.SlotOf(category.Slot) ?? category.Slot);
        return embedded.Concat(encoding?.Categories.Select(category => category.Slot) ?? []);
    }

    private void CheckMembers(int layer)
    {
        if (EnsembleSize > 1 && !_layers[layer].SupportsEnsembles(EnsembleSize))
            throw new ArgumentException($"Layer {layer} ({_layers[layer].Caption}) does not keep the {EnsembleSize} members of the ensemble apart; {nameof(GroupedDense)} and {nameof(PerMember)} do, and {nameof(NetworkBuilder)} takes them where they are needed.");
        if (_layers[layer] is not Replicate replicate) return;
        if (_firstOfMembers > 0) throw new ArgumentException($"Layer {layer} makes members once more; layer {_firstOfMembers - 1} did.");
        (EnsembleSize, _firstOfMembers) = (replicate.EnsembleSize, layer + 1);
    }

    private void CheckSkip(int layer, SkipConnection skip)
    {
        if (skip.Length > layer) throw new ArgumentException($"Layer {layer} adds what entered {skip.Length} layers before it; there are {layer}.");
        if (layer - skip.Length < _firstOfMembers) throw new ArgumentException($"Layer {layer} adds what entered {skip.Length} layers before it, where the members of the ensemble were not yet made.");
        var width = _layers[layer - skip.Length].Inputs;
        IsAddedLater[layer - skip.Length] = true;
        if (width != skip.Width) throw new ArgumentException($"Layer {layer} adds {width} numbers, which entered layer {layer - skip.Length}, to {skip.Width}.");
    }
}
