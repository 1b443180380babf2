namespace Backprop.Layers;

/// <summary>A layer that is restricted to some positions in a network.</summary>
internal interface IHasPlace
{
    /// <summary>Checks the position of this layer.</summary>
    /// <param name="layer">The index of this layer.</param>
    /// <param name="layers">All layers, first to last. Those up to this one are not null, and their widths fit.</param>
    /// <param name="firstOfMembers">The first layer of the members of an ensemble; 0 without an ensemble.</param>
    /// <exception cref="ArgumentException">The position is not allowed.</exception>
    void CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers);
}
