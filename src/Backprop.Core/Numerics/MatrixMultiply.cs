namespace Backprop.Numerics;

/// <summary>The three products of backpropagation, vectorised; same bits as <see cref="PlainMatrixMultiply"/>.</summary>
/// <remarks>
/// All three are C = start + A·B; only the strides differ. Each product also accepts some columns of wider matrices
/// (<see cref="Factors"/>). <see cref="MatrixPanels"/> cuts the work into tiles, <see cref="MatrixTile"/> computes them.
/// </remarks>
internal static unsafe class MatrixMultiply
{
    /// <summary>y = factor·x·W + b, with b in every row.</summary>
    public static void Product(ReadOnlyMatrixColumns x, ReadOnlyMatrix w, ReadOnlySpan<Real> b, MatrixColumns y, Real factor = 1) =>
        Product(x, w, [], b, y, factor);

    /// <summary>y = factor·x·W + b, where W has been packed for many products.</summary>
    /// <param name="x">[rows × k]</param>
    /// <param name="w">[k × n]</param>
    /// <param name="packed">The result of <see cref="Pack(ReadOnlyMatrix)"/> for W; empty if W was not packed.</param>
    /// <param name="b">[n]</param>
    /// <param name="y">[rows × n], overwritten.</param>
    /// <param name="factor">Multiplies the end of each chain. Chains start at b, so (1 − factor)·b is added.</param>
    public static void Product(
        ReadOnlyMatrixColumns x, ReadOnlyMatrix w, ReadOnlySpan<Real> packed, ReadOnlySpan<Real> b, MatrixColumns y, Real factor = 1)
    {
        CheckShapes(x.Rows, x.Columns, w.Rows, w.Columns, y.Rows, y.Columns);
        if (b.Length != y.Columns) throw new ArgumentException($"{b.Length} biases do not fit {y.Columns} columns.", nameof(b));
        if (!packed.IsEmpty && packed.Length != MatrixPanels.PackedLength(w.Rows, w.Columns))
            throw new ArgumentException($"{packed.Length} packed values do not fit {w.Rows} × {w.Columns}.", nameof(packed));
        fixed (Real* px = x.Values, pw = w.Values, pp = packed, pb = b, py = y.Values)
            MatrixPanels.Multiply(
                new Factors(x.Columns, px, x.Stride, 1, pw, w.Columns, 1, pb, pp, factor), py, y.Stride, y.Rows, y.Columns);
    }

    /// <summary>Copies W panel by panel, in the order in which products read it. Useful if W stays the same: every product then reads
    /// memory in order.</summary>
    /// <returns>For
    /// <see cref="Product(ReadOnlyMatrixColumns, ReadOnlyMatrix, ReadOnlySpan{Real}, ReadOnlySpan{Real}, MatrixColumns, Real)"/>; empty if
    /// W is too narrow to gain.</returns>
    public static Real[] Pack(ReadOnlyMatrix w)
    {
        var packed = new Real[MatrixPanels.PackedLength(w.Rows, w.Columns)];
        Pack(w, packed);
        return packed;
    }

    /// <summary>The same, into memory of the caller.</summary>
    /// <param name="w">W.</param>
    /// <param name="packed">[<see cref="MatrixPanels.PackedLength"/>]</param>
    public static void Pack(ReadOnlyMatrix w, Span<Real> packed)
    {
        if (packed.Length != MatrixPanels.PackedLength(w.Rows, w.Columns))
            throw new ArgumentException($"{packed.Length} values do not hold the panels of {w.Rows} × {w.Columns}.", nameof(packed));
        fixed (Real* pw = w.Values, pp = packed)
            if (packed.Length > 0) MatrixPanels.Pack(new Factors(w.Rows, null, 0, 0, pw, w.Columns, 1, null), w.Columns, pp);
    }

    /// <summary>dx = factor·dy·Wᵀ.</summary>
    public static void ProductWithTransposed(ReadOnlyMatrixColumns dy, ReadOnlyMatrix w, MatrixColumns dx, Real factor = 1)
    {
        CheckShapes(dy.Rows, dy.Columns, w.Columns, w.Rows, dx.Rows, dx.Columns);
        fixed (Real* pdy = dy.Values, pw = w.Values, pdx = dx.Values)
            MatrixPanels.Multiply(
                new Factors(dy.Columns, pdy, dy.Stride, 1, pw, 1, w.Columns, null, factor: factor), pdx, dx.Stride, dx.Rows, dx.Columns);
    }

    /// <summary>dW = factor·xᵀ·dy.</summary>
    public static void TransposedProduct(ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, Matrix dw, Real factor = 1) =>
        TransposedProduct(x, dy, [], dw, factor);

    /// <summary>dW = factor·xᵀ·dy, summed over shards of the rows. The chains of each shard are sums of their own, which are added in the
    /// order of a binary tree (<see cref="BlockSums"/>).</summary>
    /// <param name="x">[rows × k]</param>
    /// <param name="dy">[rows × n]</param>
    /// <param name="ends">The end of each shard: 2, 4 or 8 of them, ascending, up to the number of rows. Empty for one shard.</param>
    /// <param name="dw">[k × n], overwritten.</param>
    /// <param name="factor">Multiplies the end of each chain.</param>
    public static void TransposedProduct(
        ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, ReadOnlySpan<int> ends, Matrix dw, Real factor = 1)
    {
        CheckShapes(x.Columns, x.Rows, dy.Rows, dy.Columns, dw.Rows, dw.Columns);
        var shards = CheckedShards(ends, x.Rows);
        fixed (int* pe = ends)
        fixed (Real* px = x.Values, pdy = dy.Values, pdw = dw.Values)
            MatrixPanels.Multiply(
                new Factors(x.Rows, px, 1, x.Stride, pdy, dy.Stride, 1, null, null, factor, pe, shards),
                pdw, dw.Columns, dw.Rows, dw.Columns);
    }

    /// <summary>db = Σ_rows dy: the product of a row of ones with dy. Its chains add row after row.</summary>
    public static void SumOfRows(ReadOnlyMatrixColumns dy, Span<Real> db) => SumOfRows(dy, [], db);

    /// <summary>db = Σ_rows dy, with a chain for each shard
    /// (<see cref="TransposedProduct(ReadOnlyMatrixColumns, ReadOnlyMatrixColumns, ReadOnlySpan{int}, Matrix, Real)"/>).</summary>
    public static void SumOfRows(ReadOnlyMatrixColumns dy, ReadOnlySpan<int> ends, Span<Real> db)
    {
        if (db.Length != dy.Columns)
            throw new ArgumentException($"The sum of rows with {dy.Columns} columns does not fit into {db.Length} values.", nameof(db));
        var shards = CheckedShards(ends, dy.Rows);
        Real one = 1;
        fixed (int* pe = ends)
        fixed (Real* pdy = dy.Values, pdb = db)
            MatrixPanels.Multiply(
                new Factors(dy.Rows, &one, 0, 0, pdy, dy.Stride, 1, null, ends: pe, shards: shards), pdb, dy.Columns, 1, dy.Columns);
    }

    // The number of shards.
    private static int CheckedShards(ReadOnlySpan<int> ends, int rows)
    {
        if (ends.IsEmpty) return 1;
        var earlier = 0;
        foreach (var end in ends)
        {
            if (end < earlier) throw new ArgumentException($"A shard ends at row {end}, the one before at row {earlier}.", nameof(ends));
            earlier = end;
        }
        if (ends.Length is not (2 or 4 or BlockSums.MaxBlocks) || earlier != rows)
            throw new ArgumentException($"{ends.Length} shards that end at row {earlier} do not divide {rows} rows.", nameof(ends));
        return ends.Length;
    }

    // The kernels use pointers without bounds checks. After this check, every index is in range.
    private static void CheckShapes(int aRows, int aColumns, int bRows, int bColumns, int rows, int columns)
    {
        if (aRows != rows || aColumns != bRows || bColumns != columns)
            throw new ArgumentException(
                $"A product of {aRows} × {aColumns} by {bRows} × {bColumns} does not fit into {rows} × {columns}.");
    }
}
