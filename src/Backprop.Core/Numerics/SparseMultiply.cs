using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Products with a matrix of mostly zeros. Same bits as <see cref="MatrixMultiply"/>: each output is one chain in the same order,
/// and 0 adds nothing to it.</summary>
internal static unsafe class SparseMultiply
{
    /// <summary>y = x·W + b for some neighbouring rows of x.</summary>
    /// <param name="x">[rows × k]</param>
    /// <param name="first">The row of x for the first row of y.</param>
    /// <param name="w">[k × n]</param>
    /// <param name="b">[n]</param>
    /// <param name="y">[some rows × n], overwritten.</param>
    public static void Product(SparseBatch x, int first, ReadOnlyMatrix w, ReadOnlySpan<Real> b, Matrix y)
    {
        if (x.Columns != w.Rows || w.Columns != y.Columns || b.Length != y.Columns || first < 0 || first + y.Rows > x.Rows)
            throw new ArgumentException(
                $"{y.Rows} rows from row {first} on of {x.Rows} × {x.Columns}, by {w.Rows} × {w.Columns}, " +
                $"do not fit into {y.Rows} × {y.Columns}.");
        fixed (Real* pw = w.Values, pb = b, py = y.Values)
            for (var row = 0; row < y.Rows; row++)
                Chain(x.ValuesOf(first + row), x.ColumnsOf(first + row), pw, pb, py + (nint)row * y.Columns, y.Columns);
    }

    /// <summary>Some rows of xᵀ·dy: those of the columns of x from <paramref name="firstColumn"/> on. Rows of columns that are all 0 become
    /// 0.</summary>
    /// <param name="x">[rows × k], transposed.</param>
    /// <param name="firstColumn">The column of x for the first row of dW.</param>
    /// <param name="firstRow">The row of x for the first row of dy; the other rows of x are ignored.</param>
    /// <param name="dy">[some rows × n]</param>
    /// <param name="dw">[some of k × n], overwritten.</param>
    public static void TransposedProduct(SparseBatch x, int firstColumn, int firstRow, ReadOnlyMatrix dy, Matrix dw)
    {
        if (firstRow < 0 || firstRow + dy.Rows > x.Rows || dy.Columns != dw.Columns || firstColumn < 0
            || firstColumn + dw.Rows > x.Columns)
            throw new ArgumentException(
                $"{dw.Rows} columns from column {firstColumn} on, and {dy.Rows} rows from row {firstRow} on, of {x.Rows} × {x.Columns}, " +
                $"by {dy.Rows} × {dy.Columns}, do not fit into {dw.Rows} × {dw.Columns}.");
        fixed (Real* pdy = dy.Values, pdw = dw.Values)
            for (var column = 0; column < dw.Rows; column++)
            {
                var rows = x.RowsOf(firstColumn + column);
                var values = x.ValuesOfColumn(firstColumn + column);
                if (dy.Rows < x.Rows)
                {
                    int first = FirstFrom(rows, firstRow), end = FirstFrom(rows, firstRow + dy.Rows);
                    rows = rows[first..end];
                    values = values[first..end];
                }
                Chain(values, rows, pdy - (nint)firstRow * dy.Columns, null, pdw + (nint)column * dw.Columns, dw.Columns);
            }
    }

    // The number of rows before one of them; rows are in ascending order.
    private static int FirstFrom(ReadOnlySpan<int> rows, int row)
    {
        var at = rows.BinarySearch(row);
        return at < 0 ? ~at : at;
    }

    private static void Chain(ReadOnlySpan<Real> values, ReadOnlySpan<int> rows, Real* b, Real* start, Real* c, int n)
    {
        if (values.IsEmpty && start is null)
        {
            new Span<Real>(c, n).Clear();
            return;
        }
        fixed (Real* pv = values)
        fixed (int* pr = rows)
            VectorWidth.Run(new ChainWork(pv, pr, values.Length, b, start, c, n), n);
    }

    /// <summary>c = start + Σ valueᵢ · (row rowᵢ of B).</summary>
    private readonly struct ChainWork(Real* values, int* rows, int count, Real* b, Real* start, Real* c, int n) : IVectorWork
    {
        // Four vectors at a time, because so many chains run in parallel. The last vector overlaps the one before, and
        // computes the same bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            var at = 0;
            for (; at + 4 * TLanes.Count <= n; at += 4 * TLanes.Count)
            {
                TLanes c0 = Start<TLanes>(at), c1 = Start<TLanes>(at + TLanes.Count), c2 = Start<TLanes>(at + 2 * TLanes.Count),
                    c3 = Start<TLanes>(at + 3 * TLanes.Count);
                for (var i = 0; i < count; i++)
                {
                    var value = TLanes.Broadcast(values[i]);
                    var row = b + (nint)rows[i] * n + at;
                    c0 = TLanes.MultiplyAdd(value, TLanes.Load(row), c0);
                    c1 = TLanes.MultiplyAdd(value, TLanes.Load(row + TLanes.Count), c1);
                    c2 = TLanes.MultiplyAdd(value, TLanes.Load(row + 2 * TLanes.Count), c2);
                    c3 = TLanes.MultiplyAdd(value, TLanes.Load(row + 3 * TLanes.Count), c3);
                }
                TLanes.Store(c0, c + at);
                TLanes.Store(c1, c + at + TLanes.Count);
                TLanes.Store(c2, c + at + 2 * TLanes.Count);
                TLanes.Store(c3, c + at + 3 * TLanes.Count);
            }
            for (; at < n; at += TLanes.Count)
            {
                var column = Math.Min(at, n - TLanes.Count);
                var sum = Start<TLanes>(column);
                for (var i = 0; i < count; i++)
                    sum = TLanes.MultiplyAdd(TLanes.Broadcast(values[i]), TLanes.Load(b + (nint)rows[i] * n + column), sum);
                TLanes.Store(sum, c + column);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TLanes Start<TLanes>(int column) where TLanes : struct, ILanes<TLanes> =>
            start is null ? TLanes.Broadcast(0) : TLanes.Load(start + column);
    }
}
