namespace Backprop.Layers;

/// <summary>Checks that the layers that read category indices come before every layer that may change these indices.</summary>
/// <remarks>
/// A file may name any number of layers, so every check here costs the same for each layer, however many precede it.
/// </remarks>
internal sealed class CategoryOrder
{
    private readonly Layer[] _layers;
    private readonly bool _hasCategories;
    private bool _mayEncode = true, _mayEmbed = true; // whether the layers so far keep category indices unchanged

    /// <param name="layers">First to last; a null layer is refused elsewhere.</param>
    public CategoryOrder(Layer[] layers)
    {
        _layers = layers;
        _hasCategories = layers.Any(layer => layer is EntityEmbedding or OneHotEncoding);
    }

    /// <summary>Checks one layer; to be called for each, first to last.</summary>
    /// <exception cref="ArgumentException">
    /// The layer reads category indices that others have changed, or copies them to its output next to their encoded form.
    /// </exception>
    public void Check(int layer)
    {
        var encodes = _layers[layer] is OneHotEncoding;
        var embeds = PerMember.EachOf(_layers[layer]) is EntityEmbedding;
        var mayRead = encodes ? _mayEncode : _mayEmbed;
        if ((encodes || embeds) && (!mayRead || AreTransformedBefore(layer)))
        {
            throw new ArgumentException(
                $"Layer {layer} ({_layers[layer].Caption}) reads category indices, but a layer before it may change them. " +
                $"Use these layers in this order only: {nameof(Imputation)}, {nameof(ValueIndicators)}, " +
                $"{nameof(QuantileTransform)} of other features, {nameof(OneHotEncoding)}, {nameof(Replicate)}, " +
                $"{nameof(EntityEmbedding)}.");
        }
        if (_layers[layer] is InputSkip && _hasCategories) throw Refusal("append the category indices to their encoded form");
        if (_layers[layer] is ReconstructionResidual && _hasCategories) throw Refusal("compare category indices with real values");
        _mayEncode &= _layers[layer] is IKeepsFeatures or QuantileTransform;
        _mayEmbed &= _layers[layer] is IKeepsFeatures or QuantileTransform or OneHotEncoding or Replicate;

        ArgumentException Refusal(string would) => new(
            $"Layer {layer} ({_layers[layer].Caption}) would {would}; {_layers[layer].GetType().Name} cannot be combined with "
            + $"{nameof(EntityEmbedding)} or {nameof(OneHotEncoding)}.");
    }

    /// <summary>The inputs of the first of some layers that are category indices for any of these layers.</summary>
    public static IEnumerable<int> CategorySlotsOf(IReadOnlyList<Layer> layers) => CategoriesOf(layers).Select(category => category.Slot);

    /// <summary>The same, with the number of categories of each.</summary>
    public static IEnumerable<(int Slot, int Count)> CategoriesOf(IReadOnlyList<Layer> layers)
    {
        var encoding = layers.OfType<OneHotEncoding>().FirstOrDefault();
        var embedded = layers.Select(PerMember.EachOf).OfType<EntityEmbedding>().SelectMany(embedding => embedding.Categories)
            .Select(category => (encoding?.SlotOf(category.Slot) ?? category.Slot, category.Count));
        return embedded.Concat(encoding?.Categories.Select(category => (category.Slot, category.Count)) ?? []);
    }

    // At most one OneHotEncoding and one EntityEmbedding reach this check, so the loop over all layers before them does not repeat.
    private bool AreTransformedBefore(int reader)
    {
        var encoding = Array.FindIndex(_layers, 0, reader + 1, layer => layer is OneHotEncoding);
        var slots = CategorySlotsOf(_layers[Math.Max(encoding, 0)..(reader + 1)]).ToHashSet();
        for (var l = 0; l < reader; l++)
        {
            if (l == encoding + 1 && encoding >= 0) slots = CategorySlotsOf(_layers[l..(reader + 1)]).ToHashSet();
            if (_layers[l] is QuantileTransform transform && transform.Features.Any(slots.Contains)) return true;
        }
        return false;
    }
}
