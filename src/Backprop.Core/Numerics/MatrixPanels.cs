using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Numerics;

/// <summary>Cuts a product into tiles: columns into panels of two vectors, rows into tiles of about a dozen.</summary>
/// <remarks>Columns that fill no vector are computed by a vector that overlaps its neighbour, and computes the same bits.</remarks>
internal static unsafe class MatrixPanels
{
    // A panel whose rows lie far apart shares few cache lines. Copying it costs one step per value of the panel. The
    // product costs one step per value and row of A. Below these sizes, copying was not faster.
    private const int MinRowsToCopyFor = 48, MinDistanceToCopyFor = 128;

    // Rows of A whose values lie a page apart fall out of the cache between two panels. As a copy, this many rows fit into it.
    private const int MinDistanceToCopyRowsFor = 1024, MinDepthToCopyRowsFor = 64;
    internal const int RowsToCopyAtOnce = 84;

    // Where chains without bias start: sixteen of the widest vectors. Unmanaged, because it must not move and lives as long as the process.
    private static readonly Real* s_zeros = (Real*)NativeMemory.AllocZeroed(16 * 16, sizeof(Real));

    /// <summary>Writes C [rows × columns], whose rows are cRow values apart; with shards, they are adjacent.</summary>
    /// <remarks>Fewer columns than lanes would leave lanes idle. If there are at least as many rows as lanes, the lanes
    /// hold rows instead. Otherwise a narrower vector is used.</remarks>
    public static void Multiply(in Factors factors, Real* c, nint cRow, int rows, int columns)
    {
        if (factors.Shards > 1 && (rows == 1 || columns < VectorWidth.Widest)) ShardChains.MultiplyOneByOne(factors, c, rows, columns);
        else if (columns < VectorWidth.Widest && rows >= VectorWidth.Widest)
            VectorWidth.Run(new TransposedWork(factors, c, cRow, rows, columns));
        else VectorWidth.Run(new PanelWork(factors, c, cRow, rows, columns), columns);
    }

    // Cᵀ = Bᵀ·Aᵀ, a panel of two vectors of C's rows at a time. Every chain has the same steps, so the bits are the same.
    private static void MultiplyTransposed<TLanes>(in Factors factors, Real* c, nint cRow, int rows, int columns)
        where TLanes : struct, ILanes<TLanes>
    {
        var count = TLanes.Count;
        var mustCopy = factors.ARow != 1;
        var panel = 2 * count * columns;
        fixed (Real* scratch = Scratch.OfAtLeast(checked(2 * panel + (mustCopy ? (int)factors.Depth * 2 * count : 0))))
        {
            Real* starts = scratch, transposed = scratch + panel, copy = scratch + 2 * panel;
            for (var column = 0; column < columns; column++)
                new Span<Real>(starts + column * 2 * count, 2 * count).Fill(factors.Bias == null ? 0 : factors.Bias[column]);

            for (var i = 0; i < rows; i += 2 * count)
            {
                var (first, second) = PanelAt(i, rows, count);
                var width = second + count;
                var a = factors.A + first * factors.ARow;
                var aDepth = factors.ADepth;
                if (mustCopy)
                {
                    if (aDepth == 1) MatrixTranspose.Copy(a, factors.ARow, width, (int)factors.Depth, copy, width);
                    else throw new NotSupportedException("The values of A are adjacent neither in a row nor in a column.");
                    a = copy;
                    aDepth = width;
                }
                MatrixTile.Compute<TLanes>(new TileStrip(
                    columns, factors.Depth, second, factors.B, factors.BColumn, factors.BDepth, a, aDepth, starts, 2 * count,
                        factors.Factor, transposed, width));
                MatrixTranspose.Copy(transposed, width, columns, width, c + first * cRow, cRow);
            }
        }
    }

    // Two vectors; of the last few columns two that overlap, or one that overlaps the panel before.
    private static (int First, int Second) PanelAt(int column, int columns, int count)
    {
        var left = columns - column;
        return (Math.Min(column, columns - count), left >= 2 * count ? count : Math.Max(0, left - count));
    }

    private static void MultiplyPanels<TLanes>(in Factors factors, Real* c, nint cRow, int rows, int columns)
        where TLanes : struct, ILanes<TLanes>
    {
        var count = TLanes.Count;
        // Chains of one step are an outer product, which is bound by writing C: best done in order.
        if (factors.BColumn == 1 && (rows == 1 || factors.Depth == 1) && factors.Shards == 1)
        {
            for (var row = 0; row < rows; row++) MultiplyRow<TLanes>(factors, factors.A + row * factors.ARow, c + row * cRow, columns);
            return;
        }

        // Where A is read column by column, a tile reads a new page at every step. So the rows of each tile are copied next
        // to each other, and all panels are copied first.
        var isPacked = factors.Packed != null;
        var mustCopyRows = !isPacked
            && factors is { ARow: 1, BColumn: 1, ADepth: >= MinDistanceToCopyRowsFor, Depth: >= MinDepthToCopyRowsFor }
            && rows >= MinRowsToCopyFor;
        var mustCopy = !isPacked
            && (mustCopyRows || factors.BColumn != 1 || (rows >= MinRowsToCopyFor && factors.BDepth >= MinDistanceToCopyFor));
        var panel = factors.Depth * 2 * count;
        var panels = !mustCopy ? 0 : mustCopyRows ? PanelsOf(columns, count) : 1;
        var blockRows = mustCopyRows ? TileStrip.Cut(rows, RowsToCopyAtOnce).Highest : rows;
        var copiedRows = mustCopyRows ? blockRows * factors.Depth + count : 0;
        var chainLength = ShardChains.LengthOf(factors.Shards, rows, 2 * count);
        fixed (Real* copy = Scratch.OfAtLeast(checked((int)(panels * panel + copiedRows + chainLength))))
        {
            Real* rowCopy = copy + panels * panel, chains = rowCopy + copiedRows;
            for (var block = 0; block < rows; block += blockRows)
            {
                var end = Math.Min(rows, block + blockRows);
                if (mustCopyRows) CopyTiles<TLanes>(factors, block, end, rowCopy);
                if (panels > 1 && block == 0) CopyPanels<TLanes>(factors, columns, copy);
                for (int column = 0, k = 0; column < columns; column += 2 * count, k++)
                {
                    var (first, second) = PanelAt(column, columns, count);
                    var b = factors.B + first * factors.BColumn;
                    var bDepth = factors.BDepth;
                    if (isPacked || mustCopy)
                    {
                        var place = isPacked ? factors.Packed + k * panel : panels > 1 ? copy + k * panel : copy;
                        if (mustCopy && panels == 1) CopyPanel<TLanes>(b, factors, second, place);
                        b = place;
                        bDepth = second + count;
                    }
                    var start = factors.Bias == null ? s_zeros : factors.Bias + first;
                    var strip = new TileStrip(
                        end - block, factors.Depth, second, mustCopyRows ? rowCopy : factors.A + block * factors.ARow, factors.ARow,
                        factors.ADepth, b, bDepth, start, 0, factors.Factor,
                        c + block * cRow + first, cRow, mustCopyRows ? factors.Depth : 0);
                    if (factors.Shards == 1) MatrixTile.Compute<TLanes>(strip);
                    else ShardChains.Compute<TLanes>(strip, factors, chains);
                }
            }
        }
    }

    // Sixteen or eight vectors at a time, then half as many, and so on; of the last few columns one that overlaps.
    private static void MultiplyRow<TLanes>(in Factors factors, Real* a, Real* c, int columns) where TLanes : struct, ILanes<TLanes>
    {
        for (int column = 0, vectors; column < columns; column += vectors * TLanes.Count)
        {
            var whole = (columns - column) / TLanes.Count;
            vectors = whole >= 16 && MatrixTile.MaxVectors<TLanes>() == 16 ? 16 : whole >= 8 ? 8 : whole >= 4 ? 4 : whole >= 2 ? 2 : 1;
            var first = Math.Min(column, columns - TLanes.Count);
            var start = factors.Bias == null ? s_zeros : factors.Bias + first;
            MatrixTile.SingleRow<TLanes>(
                vectors, factors.Depth, a, factors.ADepth, factors.B + first, factors.BDepth, start, factors.Factor, c + first);
        }
    }

    // The rows of A of each tile, step by step of the depth. All tiles copy the same step together, because they share its cache lines.
    // What a vector writes beyond a step, the next step overwrites.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyTiles<TLanes>(in Factors factors, int block, int end, Real* copy) where TLanes : struct, ILanes<TLanes>
    {
        var (tiles, low, higher) = TileStrip.Cut(end - block, MatrixTile.MaxRows<TLanes>());
        nint depth = factors.Depth, step = factors.ADepth;
        var a = factors.A + block;
        for (nint p = 0; p < depth; p++, a += step)
        {
            Real* from = a, to = copy;
            for (var tile = 0; tile < tiles; tile++)
            {
                nint height = tile < higher ? low + 1 : low;
                var there = to + p * height;

                // Beyond the last step there may be nothing to read, and the next tile begins.
                if (p == depth - 1) for (nint row = 0; row < height; row++) there[row] = from[row];
                else for (nint row = 0; row < height; row += TLanes.Count) TLanes.Store(TLanes.Load(from + row), there + row);
                from += height;
                to += height * depth;
            }
        }
    }

    // Copies all panels, row by row of B, so that memory is read in order. A single panel would need a new page every few rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanels<TLanes>(in Factors factors, int columns, Real* copy) where TLanes : struct, ILanes<TLanes>
    {
        int count = TLanes.Count, width = 2 * count, whole = columns / width;
        var (first, second) = PanelAt(whole * width, columns, count);
        nint depth = factors.Depth, panel = depth * width, step = factors.BDepth;
        var b = factors.B;
        for (nint p = 0; p < depth; p++, b += step)
        {
            var to = copy + p * width;
            for (nint column = 0; column < whole * width; column += width, to += panel)
            {
                TLanes.Store(TLanes.Load(b + column), to);
                TLanes.Store(TLanes.Load(b + column + count), to + count);
            }
            if (whole * width == columns) continue;
            to = copy + whole * panel + p * (second + count);
            TLanes.Store(TLanes.Load(b + first), to);
            TLanes.Store(TLanes.Load(b + first + second), to + second);
        }
    }

    private static void CopyPanel<TLanes>(Real* b, in Factors factors, int second, Real* copy) where TLanes : struct, ILanes<TLanes>
    {
        var width = second + TLanes.Count;
        if (factors.BColumn != 1) MatrixTranspose.Copy(b, factors.BColumn, width, (int)factors.Depth, copy, width);
        else CopyRows<TLanes>(b, factors.BDepth, second, factors.Depth, copy);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows<TLanes>(Real* b, nint bDepth, nint second, nint depth, Real* copy) where TLanes : struct, ILanes<TLanes>
    {
        for (var p = depth; p > 0; p--)
        {
            TLanes.Store(TLanes.Load(b), copy);
            TLanes.Store(TLanes.Load(b + second), copy + second);
            b += bDepth;
            copy += second + TLanes.Count;
        }
    }

    /// <summary>Copies all of B, panel by panel.</summary>
    /// <param name="factors">B, and its depth.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="packed"><see cref="PackedLength"/> values, overwritten.</param>
    public static void Pack(in Factors factors, int columns, Real* packed) => VectorWidth.Run(new PackWork(factors, columns, packed));

    /// <summary>Number of values in a packed copy of B; 0, if B has too few columns for panels.</summary>
    public static int PackedLength(int depth, int columns)
    {
        var count = VectorWidth.Widest;
        return columns < count || count == 1 ? 0 : checked(depth * PanelsOf(columns, count) * 2 * count);
    }

    private static void Pack<TLanes>(in Factors factors, int columns, Real* packed) where TLanes : struct, ILanes<TLanes>
    {
        for (var column = 0; column < columns; column += 2 * TLanes.Count)
        {
            var (first, second) = PanelAt(column, columns, TLanes.Count);
            CopyPanel<TLanes>(factors.B + first, factors, second, packed);
            packed += factors.Depth * 2 * TLanes.Count;
        }
    }

    private static int PanelsOf(int columns, int count) => (columns + 2 * count - 1) / (2 * count);

    private readonly struct PanelWork(in Factors factors, Real* c, nint cRow, int rows, int columns) : IVectorWork
    {
        private readonly Factors _factors = factors;

        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => MultiplyPanels<TLanes>(_factors, c, cRow, rows, columns);
    }

    private readonly struct TransposedWork(in Factors factors, Real* c, nint cRow, int rows, int columns) : IVectorWork
    {
        private readonly Factors _factors = factors;

        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => MultiplyTransposed<TLanes>(_factors, c, cRow, rows, columns);
    }

    private readonly struct PackWork(in Factors factors, int columns, Real* packed) : IVectorWork
    {
        private readonly Factors _factors = factors;

        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Pack<TLanes>(_factors, columns, packed);
    }
}
