using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>A few consecutive parameters of one block of a layer. Pieces depend on the network alone, so everything that is summed over
/// them has the same bits for any number of threads and ranks.</summary>
/// <param name="Block">The index of the block in the network.</param>
/// <param name="Offset">Index of the first parameter in the network.</param>
/// <param name="Length">The number of parameters.</param>
/// <param name="Role">The role of the block.</param>
internal readonly record struct ParameterPiece(int Block, int Offset, int Length, ParameterRole Role)
{
    private const int MaxLength = 4096;

    /// <summary>All parameters of a network in pieces, in their order.</summary>
    public static IEnumerable<ParameterPiece> Of(Network network)
    {
        var block = 0;
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var offset = network.ParametersOf(l).Start.Value;
            foreach (var (_, length, role) in network.Layers[l].Blocks)
            {
                for (var first = 0; first < length; first += MaxLength)
                    yield return new ParameterPiece(block, offset + first, Math.Min(MaxLength, length - first), role);
                block++;
                offset += length;
            }
        }
    }

    /// <summary>Divides the parameters into contiguous ranges of nearly equal length, in whole pieces.</summary>
    /// <param name="network">The network.</param>
    /// <param name="ranks">The number of ranges; some may be empty.</param>
    public static (int First, int End)[] Ranges(Network network, int ranks)
    {
        int[] ends = [.. Of(network).Select(piece => piece.Offset + piece.Length)];
        var ranges = new (int First, int End)[ranks];
        for (var rank = 0; rank < ranks; rank++)
        {
            var planned = (long)network.ParameterCount * (rank + 1) / ranks;
            var first = rank == 0 ? 0 : ranges[rank - 1].End;
            ranges[rank] = (first, Math.Max(first, ends.FirstOrDefault(end => end >= planned)));
        }
        return ranges;
    }
}
