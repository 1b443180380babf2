using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Products with several shards of the depth: a chain for each shard, and the sums of these (<see cref="BlockSums"/>).</summary>
internal static unsafe class ShardChains
{
    // The chains of so many rows stay in the cache until they are added. Rows that are copied by tiles stay together.
    private const int MaxRows = MatrixPanels.RowsToCopyAtOnce;

    private const int MaxValuesOfProducts = 1 << 15;

    /// <summary>The number of values that <see cref="Compute"/> needs for chains.</summary>
    /// <param name="shards">Number of shards.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="width">Columns of a strip, at most.</param>
    public static int LengthOf(int shards, int rows, int width) => shards == 1 ? 0 : shards * Math.Min(rows, MaxRows) * width;

    /// <summary>C of a strip.</summary>
    /// <param name="strip">The strip, with the whole depth.</param>
    /// <param name="factors">The shards.</param>
    /// <param name="chains">[<see cref="LengthOf"/>], overwritten.</param>
    public static void Compute<TLanes>(in TileStrip strip, in Factors factors, Real* chains) where TLanes : struct, ILanes<TLanes>
    {
        var width = strip.Second + TLanes.Count;
        var height = TileStrip.Cut(strip.Rows, MaxRows).Highest;
        for (var row = 0; row < strip.Rows; row += height)
        {
            var rows = Math.Min(height, strip.Rows - row);
            var distance = rows * width;
            for (var shard = 0; shard < factors.Shards; shard++)
            {
                var first = factors.FirstOf(shard);
                MatrixTile.Compute<TLanes>(strip.Shard(row, rows, first, factors.Ends[shard] - first, chains + shard * distance, width));
            }
            Add<TLanes>(strip, row, rows, chains, distance, factors.Shards);
        }
    }

    /// <summary>C of few columns, or of a single row: each shard is a product of its own. The rows of C are adjacent.</summary>
    public static void MultiplyOneByOne(in Factors factors, Real* c, int rows, int columns)
    {
        var height = Math.Clamp(MaxValuesOfProducts / (factors.Shards * columns), 1, rows);
        var products = Scratch.Rent(checked(factors.Shards * height * columns));
        fixed (Real* first = products)
            for (var row = 0; row < rows; row += height)
            {
                var some = Math.Min(height, rows - row);
                var length = some * columns;
                for (var shard = 0; shard < factors.Shards; shard++)
                    MatrixPanels.Multiply(factors.OfShard(shard, row), first + shard * length, columns, some, columns);
                BlockSums.Add(products.AsSpan(0, factors.Shards * length), factors.Shards, new Span<Real>(c + (nint)row * columns, length));
            }
        Scratch.Return(products);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TLanes>(in TileStrip strip, int row, int rows, Real* chains, nint distance, int shards)
        where TLanes : struct, ILanes<TLanes>
    {
        var second = strip.Second;
        var c = strip.C + row * strip.CRow;
        for (; rows > 0; rows--, c += strip.CRow, chains += second + TLanes.Count)
        {
            TLanes.Store(BlockSums.Of<TLanes>(chains, distance, shards), c);
            TLanes.Store(BlockSums.Of<TLanes>(chains + second, distance, shards), c + second);
        }
    }
}
