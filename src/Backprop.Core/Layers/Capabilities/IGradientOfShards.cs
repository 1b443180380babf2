using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that adds the gradients of several shards of the rows in its products. The gradient of any other layer is computed for
/// each shard, and then added.</summary>
internal interface IGradientOfShards : IGradientParts
{
    /// <summary>Writes a contiguous part of dParameters, the sum over shards of the rows.</summary>
    /// <param name="x">[rows × Inputs], the input of <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="ends">The end of each shard: 2, 4 or 8 of them, ascending, up to the number of rows. Empty for one shard.</param>
    /// <param name="first">The first of the parameters, a multiple of <see cref="IGradientParts.PartLength"/>.</param>
    /// <param name="dPart">
    /// A multiple of <see cref="IGradientParts.PartLength"/>, overwritten with the bits that <see cref="BlockSums"/> would write, if
    /// <see cref="IGradientParts.BackwardPart"/> were called for each shard.
    /// </param>
    void BackwardPart(ReadOnlyMatrix x, ReadOnlyMatrix dy, ReadOnlySpan<int> ends, int first, Span<Real> dPart);
}
