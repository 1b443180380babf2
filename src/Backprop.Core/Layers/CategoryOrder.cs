namespace Backprop.Layers;

/// <summary>Whether the layers that read the numbers of categories stand where nothing has changed those numbers.</summary>
/// <remarks>
/// A file may name any number of layers, so every check here costs the same for each layer, however many stand before it.
/// </remarks>
internal sealed class CategoryOrder
{
    private readonly Layer[] _layers;
    private readonly bool _hasCategories;
    private bool _mayEncode = true, _mayEmbed = true; // whether the layers so far leave the numbers of categories as they were

    /// <param name="layers">First to last; null among them is refused elsewhere.</param>
    public CategoryOrder(Layer[] layers)
    {
        _layers = layers;
        _hasCategories = layers.Any(layer => layer is EntityEmbedding or OneHotEncoding);
    }

    /// <summary>Checks one layer; to be called for each, first to last.</summary>
    /// <exception cref="ArgumentException">
    /// The layer reads categories that others have changed, or hands them on beside what they stand for.
    /// </exception>
    public void Check(int layer)
    {
        var encodes = _layers[layer] is OneHotEncoding;
        var embeds = PerMember.EachOf(_layers[layer]) is EntityEmbedding;
        var mayRead = encodes ? _mayEncode : _mayEmbed;
        if ((encodes || embeds) && (!mayRead || AreTransformedBefore(layer)))
        {
            throw new ArgumentException(
                $"Layer {layer} reads the numbers of categories; only the first layer can, for others would change them. " +
                $"{nameof(Imputation)}, {nameof(QuantileTransform)} of other features, {nameof(OneHotEncoding)}, {nameof(Replicate)} " +
                $"and {nameof(EntityEmbedding)} may follow each other in this order.");
        }
        if (_layers[layer] is InputSkip && _hasCategories)
        {
            throw new ArgumentException(
                $"Layer {layer} would put the numbers of categories beside what they stand for; {nameof(InputSkip)} " +
                $"and {nameof(EntityEmbedding)} or {nameof(OneHotEncoding)} do not go together.");
        }
        _mayEncode &= _layers[layer] is Imputation or QuantileTransform;
        _mayEmbed &= _layers[layer] is Imputation or QuantileTransform or OneHotEncoding or Replicate;
    }

    /// <summary>Of the values that enter the first of some layers, those that are numbers of categories to any of them.</summary>
    public static IEnumerable<int> CategorySlotsOf(IReadOnlyList<Layer> layers)
    {
        var encoding = layers.OfType<OneHotEncoding>().FirstOrDefault();
        var embedded = layers.Select(PerMember.EachOf).OfType<EntityEmbedding>().SelectMany(embedding => embedding.Categories)
            .Select(category => encoding?.SlotOf(category.Slot) ?? category.Slot);
        return embedded.Concat(encoding?.Categories.Select(category => category.Slot) ?? []);
    }

    // At most one OneHotEncoding and one EntityEmbedding get here, so the walk over all layers before them does not repeat.
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
