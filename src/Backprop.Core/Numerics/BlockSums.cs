using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Adds 2, 4 or 8 adjacent blocks of values together, in the order of a binary tree.</summary>
internal static unsafe class BlockSums
{
    /// <summary>The maximum number of blocks.</summary>
    public const int MaxBlocks = 8;

    /// <summary>sum[i] = (b₀[i] + b₁[i]) + (b₂[i] + b₃[i]), and so on.</summary>
    /// <param name="blocks">[count × length]</param>
    /// <param name="count">2, 4 or 8.</param>
    /// <param name="sum">[length], overwritten. It may be one of the blocks.</param>
    public static void Add(ReadOnlySpan<Real> blocks, int count, Span<Real> sum)
    {
        var length = sum.Length;
        if (count is not (2 or 4 or MaxBlocks) || blocks.Length != (long)count * length)
            throw new ArgumentException($"{blocks.Length} values are not {count} blocks of {length} values.");
        fixed (Real* pb = blocks, ps = sum)
        {
            var whole = length - length % VectorWidth.Widest;
            VectorWidth.Run(new Work(pb, length, count, ps, 0, whole));
            new Work(pb, length, count, ps, whole, length).Run<SingleLane>();
        }
    }

    /// <summary>The sum of vectors, in the order of the tree.</summary>
    /// <param name="first">The first vector.</param>
    /// <param name="distance">From one to the next.</param>
    /// <param name="count">2, 4 or 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(Real* first, nint distance, int count) where TLanes : struct, ILanes<TLanes>
    {
        var total = Two<TLanes>(first, distance);
        if (count > 2) total += Two<TLanes>(first + 2 * distance, distance);
        if (count <= 4) return total;
        first += 4 * distance;
        return total + (Two<TLanes>(first, distance) + Two<TLanes>(first + 2 * distance, distance));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Two<TLanes>(Real* first, nint distance) where TLanes : struct, ILanes<TLanes> =>
        TLanes.Load(first) + TLanes.Load(first + distance);

    // The last values, which fill no vector, are added one by one: an overlapping vector would read sums that were written before.
    private readonly struct Work(Real* blocks, nint length, int count, Real* sum, int first, int end) : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            for (var i = first; i < end; i += TLanes.Count) TLanes.Store(Of<TLanes>(blocks + i, length, count), sum + i);
        }
    }
}
