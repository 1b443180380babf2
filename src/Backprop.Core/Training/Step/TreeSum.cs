using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Adds vectors in the order of a binary tree over their indices: 0 + 1, 2 + 3, then the sums of these, and so on. So the
/// result has the same bits, whichever process adds.</summary>
/// <remarks>A binary counter: each block has the sum of neighbours that are a whole subtree. Neighbours of equal size are added as soon as
/// both are there. Several vectors may be added together, in the same order.</remarks>
/// <param name="room">Memory for the blocks.</param>
/// <param name="length">The length of a vector.</param>
/// <param name="first">The index of the first vector.</param>
/// <param name="group">How many vectors are added together: 1, 2, 4 or 8. It must divide <paramref name="first"/> and the number of
/// vectors.</param>
internal ref struct TreeSum(Span<Real> room, int length, int first, int group = 1)
{
    private readonly Span<Real> _room = room;
    private int _blocks;

    /// <summary>Where the next vector must be written before <see cref="Add"/>.</summary>
    public readonly Span<Real> Next => Block(_blocks);

    /// <summary>A sum that was not added to another one.</summary>
    /// <param name="index">Its index, in the order of the vectors.</param>
    public readonly Span<Real> Block(int index) => _room.Slice(index * length, length);

    /// <summary>Adds the vector in <see cref="Next"/>.</summary>
    /// <param name="end">The index of the vector, plus 1. For the sum of neighbours, that of the last.</param>
    /// <param name="size">1. For the sum of neighbours, their number, which is a power of two and divides <paramref name="end"/>.</param>
    public void Add(int end, int size = 1)
    {
        _blocks++;
        if (end % group != 0) return;
        if (group > 1) AddLast(size = group);
        for (var merges = MergesAfter(end, size, first); merges > 0; merges--) AddLast(2);
    }

    // The last blocks become one.
    private void AddLast(int count)
    {
        _blocks -= count - 1;
        var sum = Block(_blocks - 1);
        BlockSums.Add(_room.Slice((_blocks - 1) * length, count * length), count, sum);
    }

    /// <summary>How often the last block is added to the one before.</summary>
    /// <param name="end">The end of the indices of the last block (exclusive).</param>
    /// <param name="size">The size of the last block.</param>
    /// <param name="first">The first index.</param>
    public static int MergesAfter(int end, int size, int first)
    {
        var merges = 0;
        for (; end % (2 * size) == 0 && end - 2 * size >= first; size *= 2) merges++;
        return merges;
    }

    /// <summary>The sum of values in the order of the tree.</summary>
    /// <param name="values">The values, as many as a power of two; overwritten.</param>
    public static double Of(Span<double> values)
    {
        for (var size = 1; size < values.Length; size *= 2)
            for (var i = 0; i < values.Length; i += 2 * size) values[i] += values[i + size];
        return values[0];
    }
}
