using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A formula of one number of a row, and of three numbers of each of its columns.</summary>
internal interface IFunctionOfRow
{
    TLanes Invoke<TLanes>(TLanes number, TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Loops over the rows of matrices, where something is the same for every row: one call for all rows, instead of one for each.</summary>
/// <remarks>As in <see cref="Elementwise"/>, numbers that fill no vector are computed by one that overlaps its neighbour, and a number gets the same bits wherever it stands.</remarks>
internal static unsafe class RowWise
{
    /// <summary>y(r, k) = f(x(r, k)) in the first columns; the others stay. y may be x.</summary>
    public static void Map<TFunction>(TFunction f, ReadOnlyMatrix x, int columns, Matrix y) where TFunction : struct, IFunction
    {
        Columns a = new(x), to = new(y);
        Run(new OfOne<TFunction>(f), y.Rows, columns, a, a, a, to);
    }

    /// <summary>y(r, k) = f(x(r, k), s[k]). y may be x.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlySpan<Real> s, Matrix y) where TFunction : struct, IFunctionOfTwo
    {
        Columns a = new(x), same = new(s);
        Run(new OfTwo<TFunction>(f), y.Rows, y.Columns, a, same, same, new Columns(y));
    }

    /// <summary>y(r, k) = f(x(r, k), s[k], z(r, k)). y may be x or z.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlySpan<Real> s, ReadOnlyMatrix z, Matrix y) where TFunction : struct, IFunctionOfThree =>
        Run(f, y.Rows, y.Columns, new Columns(x), new Columns(s), new Columns(z), new Columns(y));

    /// <summary>sums[k] = f(x(r, k), z(r, k), sums[k]) for one row after the other, from 0 on.</summary>
    public static void Sum<TFunction>(TFunction f, ReadOnlyMatrix x, ReadOnlyMatrix z, Span<Real> sums) where TFunction : struct, IFunctionOfThree
    {
        sums.Clear();
        Columns same = new(sums);
        Run(f, x.Rows, sums.Length, new Columns(x), new Columns(z), same, same);
    }

    /// <summary>y(r, k) = f(number of row r, a(r, k), b(r, k), c(r, k)). y is none of them.</summary>
    /// <param name="f">The formula.</param>
    /// <param name="numbers">[rows × any]: where every row has its number.</param>
    /// <param name="column">In which column.</param>
    /// <param name="a">A vector for all rows, or some columns of a matrix.</param>
    /// <param name="b">Likewise.</param>
    /// <param name="c">Likewise.</param>
    /// <param name="columns">Columns of y that are written.</param>
    /// <param name="y">From its first column on.</param>
    public static void Spread<TFunction>(TFunction f, ReadOnlyMatrix numbers, int column, Columns a, Columns b, Columns c, int columns, Columns y) where TFunction : struct, IFunctionOfRow
    {
        if (column < 0 || column >= numbers.Columns) throw new ArgumentOutOfRangeException(nameof(column), column, $"must be from 0 to {numbers.Columns - 1}");
        Check(numbers.Rows, columns, a, b, c, y);
        fixed (Real* px = numbers.Values, pa = a.Values, pb = b.Values, pc = c.Values, py = y.Values)
            VectorWidth.Run(new SpreadWork<TFunction>(f, px + column, numbers.Columns, pa, a.Stride, pb, b.Stride, pc, c.Stride, py, y.Stride, numbers.Rows, columns), columns);
    }

    private static void Run<TFunction>(TFunction f, int rows, int columns, Columns a, Columns b, Columns c, Columns y) where TFunction : struct, IFunctionOfThree
    {
        Check(rows, columns, a, b, c, y);
        fixed (Real* pa = a.Values, pb = b.Values, pc = c.Values, py = y.Values)
            VectorWidth.Run(new ZipWork<TFunction>(f, pa, a.Stride, pb, b.Stride, pc, c.Stride, py, y.Stride, rows, columns), columns);
    }

    private static void Check(int rows, int columns, Columns a, Columns b, Columns c, Columns y)
    {
        a.Check(rows, columns);
        b.Check(rows, columns);
        c.Check(rows, columns);
        y.Check(rows, columns);
    }

    /// <summary>The columns of a matrix from some column on, or a vector that every row has.</summary>
    internal readonly ref struct Columns
    {
        public Columns(ReadOnlyMatrix matrix, int first = 0)
        {
            Values = matrix.Values[Math.Min(first, matrix.Values.Length)..];
            Stride = matrix.Columns;
        }

        public Columns(ReadOnlySpan<Real> vector) => Values = vector;

        public ReadOnlySpan<Real> Values { get; }

        public int Stride { get; }

        // The kernels read through pointers that know no bounds: what fits here is inside for every index.
        public void Check(int rows, int columns)
        {
            if (rows > 0 && (rows - 1L) * Stride + columns > Values.Length) throw new ArgumentException($"{rows} rows of {columns} numbers do not fit {Values.Length}, {Stride} numbers apart.");
        }
    }

    // What a row's last vector computes is stored last, for until then others may still have to read what it overlaps. The formula stands in the loop once: see Elementwise.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Zip<TFunction, TLanes>(TFunction f, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns)
        where TFunction : struct, IFunctionOfThree
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = columns - TLanes.Count;
        if (last < 0) return;
        for (; rows > 0; rows--)
        {
            var end = TLanes.Broadcast(0);
            for (nint k = last; ;)
            {
                var value = f.Invoke(TLanes.Load(a + k), TLanes.Load(b + k), TLanes.Load(c + k));
                if (k != last)
                {
                    TLanes.Store(value, y + k);
                    k += TLanes.Count;
                }
                else
                {
                    end = value;
                    k = 0;
                }
                if (k >= last) break;
            }
            TLanes.Store(end, y + last);
            a += aRow;
            b += bRow;
            c += cRow;
            y += yRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread<TFunction, TLanes>(TFunction f, Real* x, nint xRow, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns)
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

    private readonly struct ZipWork<TFunction>(TFunction f, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns) : IVectorWork where TFunction : struct, IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Zip<TFunction, TLanes>(f, a, aRow, b, bRow, c, cRow, y, yRow, rows, columns);
    }

    private readonly struct SpreadWork<TFunction>(TFunction f, Real* x, nint xRow, Real* a, nint aRow, Real* b, nint bRow, Real* c, nint cRow, Real* y, nint yRow, int rows, int columns) : IVectorWork where TFunction : struct, IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Spread<TFunction, TLanes>(f, x, xRow, a, aRow, b, bRow, c, cRow, y, yRow, rows, columns);
    }

    private readonly struct OfOne<TFunction>(TFunction f) : IFunctionOfThree where TFunction : struct, IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => f.Invoke(a);
    }

    private readonly struct OfTwo<TFunction>(TFunction f) : IFunctionOfThree where TFunction : struct, IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => f.Invoke(a, b);
    }
}
