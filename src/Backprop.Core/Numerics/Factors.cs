namespace Backprop.Numerics;

/// <summary>A(i, p) = A[i·ARow + p·ADepth], B(p, j) = B[p·BDepth + j·BColumn], for p below Depth; chains start at Bias, or at 0 if it is
/// null. Factor multiplies A·B. Packed may point to a packed copy of B. With several shards of the depth, each has chains of its own, which
/// are added as by <see cref="BlockSums"/>. Ends has the end of each shard, and Bias is null.</summary>
internal readonly unsafe struct Factors(
    nint depth, Real* a, nint aRow, nint aDepth, Real* b, nint bDepth, nint bColumn, Real* bias, Real* packed = null, Real factor = 1,
    int* ends = null, int shards = 1)
{
    public readonly nint Depth = depth, ARow = aRow, ADepth = aDepth, BDepth = bDepth, BColumn = bColumn;
    public readonly Real* A = a, B = b, Bias = bias, Packed = packed;
    public readonly Real Factor = factor;
    public readonly int* Ends = ends;
    public readonly int Shards = shards;

    /// <summary>The factors of one shard, from a row of A on.</summary>
    public Factors OfShard(int shard, int row)
    {
        var first = FirstOf(shard);
        var a = A + row * ARow + first * ADepth;
        return new(Ends[shard] - first, a, ARow, ADepth, B + first * BDepth, BDepth, BColumn, Bias, factor: Factor);
    }

    /// <summary>Where a shard begins in the depth.</summary>
    public int FirstOf(int shard) => shard == 0 ? 0 : Ends[shard - 1];
}
