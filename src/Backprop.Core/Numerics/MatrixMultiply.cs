using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Numerics;

/// <summary>The three products of backpropagation, vectorised; same bits as <see cref="PlainMatrixMultiply"/>.</summary>
/// <remarks>
/// One kernel serves all three: C += A·B, where A may be read along rows or along columns. A tile of C stays in registers while the
/// inner index runs once from start to end, so an output is one chain of fused multiply-adds whatever the tile, the vector width
/// or the thread that computes it.
/// </remarks>
internal static class MatrixMultiply
{
    // Four rows by two vectors: eight chains hide the latency of a fused multiply-add and leave registers for A and B.
    private const int TileRows = 4;

    /// <summary>y = x·W + b, with b in every row.</summary>
    public static void Product(ReadOnlyMatrix x, ReadOnlyMatrix w, ReadOnlySpan<Real> b, Matrix y)
    {
        CheckShapes(x.Rows, x.Columns, w, y);
        for (var row = 0; row < y.Rows; row++) b.CopyTo(y.Row(row));
        AddProduct(x.Values, rowStride: x.Columns, depthStride: 1, w, y);
    }

    /// <summary>dx = dy·Wᵀ.</summary>
    public static void ProductWithTransposed(ReadOnlyMatrix dy, ReadOnlyMatrix w, Matrix dx)
    {
        // B is read along its rows, so W is turned once; that costs one step per weight against one per weight and example.
        var turned = ArrayPool<Real>.Shared.Rent(w.Values.Length);
        var wT = new Matrix(turned.AsSpan(0, w.Values.Length), w.Columns, w.Rows);
        Transpose(w, wT);
        CheckShapes(dy.Rows, dy.Columns, wT, dx);
        dx.Values.Clear();
        AddProduct(dy.Values, rowStride: dy.Columns, depthStride: 1, wT, dx);
        ArrayPool<Real>.Shared.Return(turned);
    }

    /// <summary>dW += xᵀ·dy.</summary>
    public static void AddTransposedProduct(ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dw)
    {
        CheckShapes(x.Columns, x.Rows, dy, dw);
        AddProduct(x.Values, rowStride: 1, depthStride: x.Columns, dy, dw);
    }

    private static void Transpose(ReadOnlyMatrix w, Matrix wT)
    {
        for (var k = 0; k < w.Rows; k++)
        {
            var row = w.Row(k);
            for (var j = 0; j < row.Length; j++) wT.Values[j * w.Rows + k] = row[j];
        }
    }

    // The kernels read through references that know no bounds: what fits here is inside for every index.
    private static void CheckShapes(int aRows, int aColumns, ReadOnlyMatrix b, Matrix c)
    {
        if (aRows != c.Rows || aColumns != b.Rows || b.Columns != c.Columns)
            throw new ArgumentException($"A product of {aRows} × {aColumns} by {b.Rows} × {b.Columns} numbers does not fit into {c.Rows} × {c.Columns}.");
    }

    // C[i, j] += Σ_p A[i·rowStride + p·depthStride] · B[p, j], of checked shapes; that is why Unsafe is safe here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct(ReadOnlySpan<Real> aValues, int rowStride, int depthStride, ReadOnlyMatrix bMatrix, Matrix cMatrix)
    {
        var (rows, columns, depth) = (cMatrix.Rows, cMatrix.Columns, bMatrix.Rows);
        ref var a = ref MemoryMarshal.GetReference(aValues);
        ref var b = ref MemoryMarshal.GetReference(bMatrix.Values);
        ref var c = ref MemoryMarshal.GetReference(cMatrix.Values);

        for (var i = 0; i < rows; i += TileRows)
        {
            ref var aTile = ref Unsafe.Add(ref a, (nint)i * rowStride);
            ref var cTile = ref Unsafe.Add(ref c, (nint)i * columns);
            var j = 0;
            if (i + TileRows <= rows)
            {
                for (; j + 2 * Vector<Real>.Count <= columns; j += 2 * Vector<Real>.Count)
                    TileOf4X2(ref aTile, rowStride, depthStride, depth, ref Unsafe.Add(ref b, j), columns, ref Unsafe.Add(ref cTile, j));
                for (; j < columns; j++)
                    TileOf4X1(ref aTile, rowStride, depthStride, depth, ref Unsafe.Add(ref b, j), columns, ref Unsafe.Add(ref cTile, j));
            }
            else
            {
                for (var row = 0; row < rows - i; row++)
                    SingleRow(ref Unsafe.Add(ref aTile, (nint)row * rowStride), depthStride, depth, ref b, columns, ref Unsafe.Add(ref cTile, (nint)row * columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TileOf4X2(ref Real a, nint rowStride, nint depthStride, int depth, ref Real b, nint columns, ref Real c)
    {
        nint width = Vector<Real>.Count;
        ref var cRow1 = ref Unsafe.Add(ref c, columns);
        ref var cRow2 = ref Unsafe.Add(ref c, 2 * columns);
        ref var cRow3 = ref Unsafe.Add(ref c, 3 * columns);
        Vector<Real> c00 = Vector.LoadUnsafe(ref c), c01 = Vector.LoadUnsafe(ref c, (nuint)width);
        Vector<Real> c10 = Vector.LoadUnsafe(ref cRow1), c11 = Vector.LoadUnsafe(ref cRow1, (nuint)width);
        Vector<Real> c20 = Vector.LoadUnsafe(ref cRow2), c21 = Vector.LoadUnsafe(ref cRow2, (nuint)width);
        Vector<Real> c30 = Vector.LoadUnsafe(ref cRow3), c31 = Vector.LoadUnsafe(ref cRow3, (nuint)width);
        for (nint p = 0; p < depth; p++)
        {
            ref var bRow = ref Unsafe.Add(ref b, p * columns);
            ref var aColumn = ref Unsafe.Add(ref a, p * depthStride);
            Vector<Real> b0 = Vector.LoadUnsafe(ref bRow), b1 = Vector.LoadUnsafe(ref bRow, (nuint)width);
            var x = new Vector<Real>(aColumn);
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            x = new Vector<Real>(Unsafe.Add(ref aColumn, rowStride));
            c10 = Vector.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            x = new Vector<Real>(Unsafe.Add(ref aColumn, 2 * rowStride));
            c20 = Vector.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            x = new Vector<Real>(Unsafe.Add(ref aColumn, 3 * rowStride));
            c30 = Vector.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector.FusedMultiplyAdd(x, b1, c31);
        }
        c00.StoreUnsafe(ref c);
        c01.StoreUnsafe(ref c, (nuint)width);
        c10.StoreUnsafe(ref cRow1);
        c11.StoreUnsafe(ref cRow1, (nuint)width);
        c20.StoreUnsafe(ref cRow2);
        c21.StoreUnsafe(ref cRow2, (nuint)width);
        c30.StoreUnsafe(ref cRow3);
        c31.StoreUnsafe(ref cRow3, (nuint)width);
    }

    // The last columns, one at a time: four chains side by side still hide most of the latency.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TileOf4X1(ref Real a, nint rowStride, nint depthStride, int depth, ref Real b, nint columns, ref Real c)
    {
        Real c0 = c, c1 = Unsafe.Add(ref c, columns), c2 = Unsafe.Add(ref c, 2 * columns), c3 = Unsafe.Add(ref c, 3 * columns);
        for (nint p = 0; p < depth; p++)
        {
            ref var aColumn = ref Unsafe.Add(ref a, p * depthStride);
            var y = Unsafe.Add(ref b, p * columns);
            c0 = Real.FusedMultiplyAdd(aColumn, y, c0);
            c1 = Real.FusedMultiplyAdd(Unsafe.Add(ref aColumn, rowStride), y, c1);
            c2 = Real.FusedMultiplyAdd(Unsafe.Add(ref aColumn, 2 * rowStride), y, c2);
            c3 = Real.FusedMultiplyAdd(Unsafe.Add(ref aColumn, 3 * rowStride), y, c3);
        }
        c = c0;
        Unsafe.Add(ref c, columns) = c1;
        Unsafe.Add(ref c, 2 * columns) = c2;
        Unsafe.Add(ref c, 3 * columns) = c3;
    }

    // The last rows, and whole products of one row: the row of C is the accumulator and B is read once, in order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SingleRow(ref Real a, nint depthStride, int depth, ref Real b, nint columns, ref Real c)
    {
        for (nint p = 0; p < depth; p++)
        {
            ref var bRow = ref Unsafe.Add(ref b, p * columns);
            var x = Unsafe.Add(ref a, p * depthStride);
            var xs = new Vector<Real>(x);
            nint j = 0;
            for (; j + Vector<Real>.Count <= columns; j += Vector<Real>.Count)
                Vector.FusedMultiplyAdd(xs, Vector.LoadUnsafe(ref bRow, (nuint)j), Vector.LoadUnsafe(ref c, (nuint)j)).StoreUnsafe(ref c, (nuint)j);
            for (; j < columns; j++)
                Unsafe.Add(ref c, j) = Real.FusedMultiplyAdd(x, Unsafe.Add(ref bRow, j), Unsafe.Add(ref c, j));
        }
    }
}
