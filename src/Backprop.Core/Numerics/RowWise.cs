using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A formula of one value of a row, and of three values of each of its columns.</summary>
internal interface IFunctionOfRow
{
    TLanes Invoke<TLanes>(TLanes number, TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Loops over the rows of matrices, if something is the same for every row: one call for all rows, instead of one for
/// each.</summary>
/// <remarks>As in <see cref="Elementwise"/>, values that do not fill a vector are computed by a vector that overlaps its
/// neighbour. So a value has the same bits at every index.</remarks>
internal static unsafe class RowWise
{
    /// <summary>y(r, k) = f(x(r, k), s[k]). y may be x.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlySpan<Real> s, Matrix y)
        where TFunction : struct, IFunctionOfTwo =>
        Run(new OfTwo<TFunction>(f), new Columns(x), new Columns(s), new Columns(s), y.Values, y.Columns, y.Rows, y.Columns);

    /// <summary>y(r, k) = f(x(r, k), s[k], z(r, k)). y may be x or z.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlySpan<Real> s, ReadOnlyMatrix z, Matrix y)
        where TFunction : struct, IFunctionOfThree =>
        Run(f, new Columns(x), new Columns(s), new Columns(z), y.Values, y.Columns, y.Rows, y.Columns);

    /// <summary>sums[k] = f(x(r, k), z(r, k), sums[k]) for one row after the other, from 0 on.</summary>
    public static void Sum<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlyMatrix z, Span<Real> sums)
        where TFunction : struct, IFunctionOfThree
    {
        sums.Clear();
        Run(f, new Columns(x), new Columns(z), new Columns(sums), sums, 0, x.Rows, sums.Length);
    }

    /// <summary>y(r, k) = f(value of row r, a(r, k), b(r, k), c(r, k)). y is none of them.</summary>
    /// <param name="f">The formula.</param>
    /// <param name="rowValues">[rows × any]: one of the columns holds the value of every row.</param>
    /// <param name="column">The index of that column.</param>
    /// <param name="a">A vector for all rows, or some columns of a matrix; as many as y has.</param>
    /// <param name="b">Likewise.</param>
    /// <param name="c">Likewise.</param>
    /// <param name="y">[rows × any], overwritten.</param>
    public static void Spread<TFunction>(
        TFunction f, ReadOnlyMatrixColumns rowValues, int column, Columns a, Columns b, Columns c, MatrixColumns y)
        where TFunction : struct, IFunctionOfRow
    {
        if (column < 0 || column >= rowValues.Columns)
            throw new ArgumentOutOfRangeException(nameof(column), column, $"must be from 0 to {rowValues.Columns - 1}");
        if (rowValues.Rows != y.Rows)
            throw new ArgumentException($"There are values for {rowValues.Rows} rows, but y has {y.Rows}.", nameof(rowValues));
        Check(a, b, c, y.Rows, y.Columns);
        fixed (Real* px = rowValues.Values, pa = a.Values, pb = b.Values, pc = c.Values, py = y.Values)
            VectorWidth.Run(
                new SpreadWork<TFunction>(
                    f, px + column, rowValues.Stride, pa, a.Stride, pb, b.Stride, pc, c.Stride, py, y.Stride, y.Rows, y.Columns),
                y.Columns);
    }

    private static void Run<TFunction>(TFunction f, Columns a, Columns b, Columns c, Span<Real> y, int yRow, int rows, int columns)
        where TFunction : struct, IFunctionOfThree
    {
        Check(a, b, c, rows, columns);
        fixed (Real* pa = a.Values, pb = b.Values, pc = c.Values, py = y)
            VectorWidth.Run(new ZipWork<TFunction>(f, pa, a.Stride, pb, b.Stride, pc, c.Stride, py, yRow, rows, columns), columns);
    }

    private static void Check(Columns a, Columns b, Columns c, int rows, int columns)
    {
        a.Check(rows, columns);
        b.Check(rows, columns);
        c.Check(rows, columns);
    }

    /// <summary>Columns of a matrix, or a vector that is the same for every row.</summary>
    internal readonly ref struct Columns
    {
        public Columns(ReadOnlyMatrixColumns columns)
        {
            Values = columns.Values;
            Stride = columns.Stride;
        }

        public Columns(ReadOnlySpan<Real> vector) => Values = vector;

        public ReadOnlySpan<Real> Values { get; }

        public int Stride { get; }

        // The kernels use pointers without bounds checks. After this check, every index is in range.
        public void Check(int rows, int columns)
        {
            if (rows > 0 && (rows - 1L) * Stride + columns > Values.Length)
                throw new ArgumentException($"{rows} rows of {columns} values, {Stride} values apart, do not fit {Values.Length}.");
        }
    }

    // The inputs of a row's last vector are copied first, if it overlaps its neighbour. The formula occurs in the loop once: see
    // Elementwise.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Zip<TFunction, TLanes>(
        TFunction f, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns)
        where TFunction : struct, IFunctionOfThree
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = columns - TLanes.Count, whole = columns % TLanes.Count == 0 ? columns : last;
        if (last < 0) return;
        var aside = stackalloc Real[3 * TLanes.Count];
        for (; rows > 0; rows--)
        {
            if (whole == last)
            {
                TLanes.Store(TLanes.Load(a + last), aside);
                TLanes.Store(TLanes.Load(b + last), aside + TLanes.Count);
                TLanes.Store(TLanes.Load(c + last), aside + 2 * TLanes.Count);
            }
            Real* x = a, s = b, z = c;
            for (nint k = 0, stop = whole; ;)
            {
                for (; k < stop; k += TLanes.Count)
                    TLanes.Store(f.Invoke(TLanes.Load(x + k), TLanes.Load(s + k), TLanes.Load(z + k)), y + k);
                if (stop > last) break;
                (k, stop) = (last, columns);
                x = aside - last;
                s = x + TLanes.Count;
                z = s + TLanes.Count;
            }
            a += aRow;
            b += bRow;
            c += cRow;
            y += yRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread<TFunction, TLanes>(
        TFunction f, Real* x, nint xRow, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows,
        int columns)
        where TFunction : struct, IFunctionOfRow
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = columns - TLanes.Count;
        if (last < 0) return;
        for (; rows > 0; rows--)
        {
            var number = TLanes.Broadcast(*x);
            for (nint k = 0; ; k = Math.Min(k + TLanes.Count, last))
            {
                TLanes.Store(f.Invoke(number, TLanes.Load(a + k), TLanes.Load(b + k), TLanes.Load(c + k)), y + k);
                if (k == last) break;
            }
            x += xRow;
            a += aRow;
            b += bRow;
            c += cRow;
            y += yRow;
        }
    }

    private readonly struct ZipWork<TFunction>(
        TFunction f, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns)
        : IVectorWork
        where TFunction : struct, IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> =>
            Zip<TFunction, TLanes>(f, a, aRow, b, bRow, c, cRow, y, yRow, rows, columns);
    }

    private readonly struct SpreadWork<TFunction>(
        TFunction f, Real* x, nint xRow, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows,
        int columns)
        : IVectorWork
        where TFunction : struct, IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> =>
            Spread<TFunction, TLanes>(f, x, xRow, a, aRow, b, bRow, c, cRow, y, yRow, rows, columns);
    }

    private readonly struct OfTwo<TFunction>(TFunction f) : IFunctionOfThree where TFunction : struct, IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => f.Invoke(a, b);
    }
}
