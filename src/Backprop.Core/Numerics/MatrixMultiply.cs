using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Numerics;

/// <summary>The three products of backpropagation, vectorised; same bits as <see cref="PlainMatrixMultiply"/>.</summary>
/// <remarks>
/// All three are C = start + A·B; only the strides differ. Columns are worked on in panels of two vectors, rows in tiles of about a dozen
/// (<see cref="MatrixTile"/>). Columns that fill no vector are computed by one that overlaps its neighbour: it finds the same bits there.
/// </remarks>
internal static unsafe class MatrixMultiply
{
    /// <summary>y = x·W + b, with b in every row.</summary>
    public static void Product(ReadOnlyMatrix x, ReadOnlyMatrix w, ReadOnlySpan<Real> b, Matrix y) => Product(x, w, [], b, y);

    /// <summary>y = x·W + b, where W has been packed for many products.</summary>
    /// <param name="x">[rows × k]</param>
    /// <param name="w">[k × n]</param>
    /// <param name="packed">What <see cref="Pack"/> made of W; empty, when it was not packed.</param>
    /// <param name="b">[n]</param>
    /// <param name="y">[rows × n], overwritten.</param>
    public static void Product(ReadOnlyMatrix x, ReadOnlyMatrix w, ReadOnlySpan<Real> packed, ReadOnlySpan<Real> b, Matrix y)
    {
        CheckShapes(x.Rows, x.Columns, w.Rows, w.Columns, y);
        if (b.Length != y.Columns) throw new ArgumentException($"{b.Length} biases do not fit {y.Columns} columns.", nameof(b));
        if (!packed.IsEmpty && packed.Length != PackedLength(w)) throw new ArgumentException($"{packed.Length} packed numbers do not fit {w.Rows} × {w.Columns}.", nameof(packed));
        fixed (Real* px = x.Values, pw = w.Values, pp = packed, pb = b, py = y.Values)
            Multiply(new Factors(x.Columns, px, x.Columns, 1, pw, w.Columns, 1, pb, pp), py, y.Rows, y.Columns);
    }

    /// <summary>Copies W panel by panel, as its products read it. Worth it where W stays the same: every product then reads memory in order.</summary>
    /// <returns>For <see cref="Product(ReadOnlyMatrix, ReadOnlyMatrix, ReadOnlySpan{Real}, ReadOnlySpan{Real}, Matrix)"/>; empty, when W is too narrow to gain.</returns>
    public static Real[] Pack(ReadOnlyMatrix w)
    {
        var packed = new Real[PackedLength(w)];
        fixed (Real* pw = w.Values, pp = packed)
        {
            var factors = new Factors(w.Rows, null, 0, 0, pw, w.Columns, 1, null);
            if (packed.Length == 0) return packed;
            if (Vector512.IsHardwareAccelerated) Pack<Lanes512>(factors, w.Columns, pp);
            else if (Vector256.IsHardwareAccelerated && Fused.IsSupported) Pack<Lanes256>(factors, w.Columns, pp);
            else Pack<Lanes128>(factors, w.Columns, pp);
        }
        return packed;
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

    private static int PackedLength(ReadOnlyMatrix w)
    {
        var count = Vector512.IsHardwareAccelerated ? Lanes512.Count : Vector256.IsHardwareAccelerated && Fused.IsSupported ? Lanes256.Count : Vector128.IsHardwareAccelerated ? Lanes128.Count : int.MaxValue;
        return w.Columns < count ? 0 : checked(w.Rows * PanelsOf(w.Columns, count) * 2 * count);
    }

    private static int PanelsOf(int columns, int count) => (columns + 2 * count - 1) / (2 * count);

    /// <summary>dx = dy·Wᵀ.</summary>
    public static void ProductWithTransposed(ReadOnlyMatrix dy, ReadOnlyMatrix w, Matrix dx)
    {
        CheckShapes(dy.Rows, dy.Columns, w.Columns, w.Rows, dx);
        fixed (Real* pdy = dy.Values, pw = w.Values, pdx = dx.Values)
            Multiply(new Factors(dy.Columns, pdy, dy.Columns, 1, pw, 1, w.Columns, null), pdx, dx.Rows, dx.Columns);
    }

    /// <summary>dW = xᵀ·dy.</summary>
    public static void TransposedProduct(ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dw)
    {
        CheckShapes(x.Columns, x.Rows, dy.Rows, dy.Columns, dw);
        TransposedProduct(x, 0, dy, dw);
    }

    /// <summary>Some rows of xᵀ·dy: those of the columns of x from <paramref name="firstColumn"/> on, as many as <paramref name="dw"/> has rows.</summary>
    public static void TransposedProduct(ReadOnlyMatrix x, int firstColumn, ReadOnlyMatrix dy, Matrix dw)
    {
        if (firstColumn < 0 || firstColumn > x.Columns - dw.Rows) throw new ArgumentOutOfRangeException(nameof(firstColumn), firstColumn, $"{dw.Rows} of {x.Columns} columns were asked for");
        CheckShapes(dw.Rows, x.Rows, dy.Rows, dy.Columns, dw);
        fixed (Real* px = x.Values, pdy = dy.Values, pdw = dw.Values)
            Multiply(new Factors(x.Rows, px + firstColumn, 1, x.Columns, pdy, dy.Columns, 1, null), pdw, dw.Rows, dw.Columns);
    }

    /// <summary>db = Σ_rows dy: the product of a row of ones with dy, whose chains add row after row.</summary>
    public static void SumOfRows(ReadOnlyMatrix dy, Span<Real> db)
    {
        if (db.Length != dy.Columns) throw new ArgumentException($"The sum of rows of {dy.Columns} numbers does not fit into {db.Length}.", nameof(db));
        Real one = 1;
        fixed (Real* pdy = dy.Values, pdb = db)
            Multiply(new Factors(dy.Rows, &one, 0, 0, pdy, dy.Columns, 1, null), pdb, 1, dy.Columns);
    }

    // The kernels read through pointers that know no bounds: what fits here is inside for every index.
    private static void CheckShapes(int aRows, int aColumns, int bRows, int bColumns, Matrix c)
    {
        if (aRows != c.Rows || aColumns != bRows || bColumns != c.Columns)
            throw new ArgumentException($"A product of {aRows} × {aColumns} by {bRows} × {bColumns} numbers does not fit into {c.Rows} × {c.Columns}.");
    }

    // The tests for hardware are constants to the compiler.
    private static void Multiply(Factors factors, Real* c, int rows, int columns)
    {
        if (Vector512.IsHardwareAccelerated) Multiply<Lanes512>(factors, c, rows, columns);
        else if (Vector256.IsHardwareAccelerated && Fused.IsSupported) Multiply<Lanes256>(factors, c, rows, columns);
        else if (Vector128.IsHardwareAccelerated) Multiply<Lanes128>(factors, c, rows, columns);
        else MultiplyPanels<SingleLane>(factors, c, rows, columns);
    }

    // Columns that fill no vector leave lanes idle; if there are rows enough, these lie side by side instead. Otherwise a narrower vector will do.
    private static void Multiply<TLanes>(Factors factors, Real* c, int rows, int columns) where TLanes : struct, ILanes<TLanes>
    {
        if (columns >= TLanes.Count) MultiplyPanels<TLanes>(factors, c, rows, columns);
        else if (rows >= TLanes.Count) MultiplyTransposed<TLanes>(factors, c, rows, columns);
        else if (Vector256.IsHardwareAccelerated && Fused.IsSupported && columns >= Lanes256.Count) MultiplyPanels<Lanes256>(factors, c, rows, columns);
        else if (Vector128.IsHardwareAccelerated && columns >= Lanes128.Count) MultiplyPanels<Lanes128>(factors, c, rows, columns);
        else MultiplyPanels<SingleLane>(factors, c, rows, columns);
    }

    // Cᵀ = Bᵀ·Aᵀ, a panel of two vectors of C's rows at a time. Every chain has the same steps, so the bits are the same.
    private static void MultiplyTransposed<TLanes>(Factors factors, Real* c, int rows, int columns) where TLanes : struct, ILanes<TLanes>
    {
        int count = TLanes.Count, most = MatrixTile.MostRows<TLanes>();
        var mustCopy = factors.ARow != 1;
        var panel = 2 * count * columns;
        fixed (Real* scratch = Scratch.OfAtLeast(checked(2 * panel + (mustCopy ? (int)factors.Depth * 2 * count : 0))))
        {
            Real* starts = scratch, turned = scratch + panel, copy = scratch + 2 * panel;
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
                    else throw new NotSupportedException("The rows of A lie neither side by side nor one after the other.");
                    a = copy;
                    aDepth = width;
                }
                for (int j = 0, height; j < columns; j += height)
                {
                    height = HeightOfNextTile(columns - j, most);
                    MatrixTile.Compute<TLanes>(
                        height, factors.Depth, second, factors.B + j * factors.BColumn, factors.BColumn, factors.BDepth, a, aDepth,
                        starts + j * 2 * count, 2 * count, turned + j * width, width);
                }
                MatrixTranspose.Copy(turned, width, columns, width, c + (nint)first * columns, columns);
            }
        }
    }

    // Two vectors; of the last few columns two that overlap, or one that overlaps the panel before.
    private static (int First, int Second) PanelAt(int column, int columns, int count)
    {
        var left = columns - column;
        return (Math.Min(column, columns - count), left >= 2 * count ? count : Math.Max(0, left - count));
    }

    private static void MultiplyPanels<TLanes>(Factors factors, Real* c, int rows, int columns) where TLanes : struct, ILanes<TLanes>
    {
        var count = TLanes.Count;
        var zeros = stackalloc Real[16 * count];
        new Span<Real>(zeros, 16 * count).Clear();

        if (rows == 1 && factors.BColumn == 1)
        {
            MultiplyRow<TLanes>(factors, c, columns, zeros);
            return;
        }

        // Where A is read column by column, a tile meets a new page at every step: its rows are copied side by side, and all panels before.
        var isPacked = factors.Packed != null;
        var mustCopyRows = !isPacked && factors is { ARow: 1, BColumn: 1, ADepth: >= LeastDistanceToCopyRowsFor, Depth: >= LeastDepthToCopyRowsFor } && rows >= LeastRowsToCopyFor;
        var mustCopy = !isPacked && (mustCopyRows || factors.BColumn != 1 || (rows >= LeastRowsToCopyFor && factors.BDepth >= LeastDistanceToCopyFor));
        var panel = factors.Depth * 2 * count;
        var panels = !mustCopy ? 0 : mustCopyRows ? PanelsOf(columns, count) : 1;
        var blockRows = mustCopyRows ? Math.Min(rows, RowsToCopyAtOnce) : rows;
        fixed (Real* copy = Scratch.OfAtLeast(checked((int)(panels * panel + (mustCopyRows ? blockRows * factors.Depth + count : 0)))))
        {
            var rowCopy = copy + panels * panel;
            for (var block = 0; block < rows; block += blockRows)
            {
                var end = Math.Min(rows, block + blockRows);
                if (mustCopyRows) CopyTiles<TLanes>(factors, block, end, rowCopy);
                for (int column = 0, k = 0; column < columns; column += 2 * count, k++)
                {
                    var (first, second) = PanelAt(column, columns, count);
                    var b = factors.B + first * factors.BColumn;
                    var bDepth = factors.BDepth;
                    if (isPacked || mustCopy)
                    {
                        var place = isPacked ? factors.Packed + k * panel : panels > 1 ? copy + k * panel : copy;
                        if (mustCopy && (panels == 1 || block == 0)) CopyPanel<TLanes>(b, factors, second, place);
                        b = place;
                        bDepth = second + count;
                    }
                    var start = factors.Bias == null ? zeros : factors.Bias + first;
                    for (int i = block, height; i < end; i += height)
                    {
                        height = HeightOfNextTile(end - i, MatrixTile.MostRows<TLanes>());
                        var a = mustCopyRows ? rowCopy + (i - block) * factors.Depth : factors.A + i * factors.ARow;
                        var aDepth = mustCopyRows ? height : factors.ADepth;
                        MatrixTile.Compute<TLanes>(height, factors.Depth, second, a, factors.ARow, aDepth, b, bDepth, start, 0, c + (nint)i * columns + first, columns);
                    }
                }
            }
        }
    }

    // Sixteen or eight vectors at a time, then half as many, and so on; of the last few columns one that overlaps.
    private static void MultiplyRow<TLanes>(in Factors factors, Real* c, int columns, Real* zeros) where TLanes : struct, ILanes<TLanes>
    {
        for (int column = 0, vectors; column < columns; column += vectors * TLanes.Count)
        {
            var whole = (columns - column) / TLanes.Count;
            vectors = whole >= 16 && MatrixTile.MostVectors<TLanes>() == 16 ? 16 : whole >= 8 ? 8 : whole >= 4 ? 4 : whole >= 2 ? 2 : 1;
            var first = Math.Min(column, columns - TLanes.Count);
            MatrixTile.SingleRow<TLanes>(vectors, factors.Depth, factors.A, factors.ADepth, factors.B + first, factors.BDepth, factors.Bias == null ? zeros : factors.Bias + first, c + first);
        }
    }

    // One tile's rows of A after the other, step by step of the depth. What a vector writes beyond a step, the next step overwrites.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyTiles<TLanes>(in Factors factors, int block, int end, Real* copy) where TLanes : struct, ILanes<TLanes>
    {
        for (int i = block, height; i < end; i += height)
        {
            height = HeightOfNextTile(end - i, MatrixTile.MostRows<TLanes>());
            var a = factors.A + i;
            for (var p = factors.Depth; p > 1; p--)
            {
                for (nint row = 0; row < height; row += TLanes.Count) TLanes.Store(TLanes.Load(a + row), copy + row);
                a += factors.ADepth;
                copy += height;
            }

            // Beyond the last step there may be nothing to read.
            for (nint row = 0; row < height; row++) copy[row] = a[row];
            copy += height;
        }
    }

    // A panel whose rows lie far apart shares few lines of the cache; copying it costs one step per number, against one per number and
    // row of A for the product. Below these sizes it was not faster.
    private const int LeastRowsToCopyFor = 48, LeastDistanceToCopyFor = 256;

    // Rows of A whose numbers lie a page apart fall out of the cache between two panels. So many fit into it as a copy.
    private const int LeastDistanceToCopyRowsFor = 1024, LeastDepthToCopyRowsFor = 64, RowsToCopyAtOnce = 84;

    // Tiles of fewer than four rows leave the processor waiting, so the last two share what is left.
    private static int HeightOfNextTile(int left, int most)
    {
        var customary = most - most % 6;
        if (left <= most) return left;
        return left < customary + 4 ? (left + 1) / 2 : customary;
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

    /// <summary>A(i, p) = A[i·ARow + p·ADepth], B(p, j) = B[p·BDepth + j·BColumn], for p below Depth; chains start at Bias, or at 0 when it is null. Packed may hold B once more.</summary>
    private readonly struct Factors(nint depth, Real* a, nint aRow, nint aDepth, Real* b, nint bDepth, nint bColumn, Real* bias, Real* packed = null)
    {
        public readonly nint Depth = depth, ARow = aRow, ADepth = aDepth, BDepth = bDepth, BColumn = bColumn;
        public readonly Real* A = a, B = b, Bias = bias, Packed = packed;
    }
}
