using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A row-major view of values that another object owns. One row is one example.</summary>
public readonly ref struct Matrix
{
    /// <summary>Views <paramref name="values"/> as <paramref name="rows"/> × <paramref name="columns"/> values, row after row.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly rows × columns values.</exception>
    public Matrix(Span<Real> values, int rows, int columns)
    {
        ReadOnlyMatrix.CheckShape(values.Length, rows, columns);
        Values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>All values, row after row.</summary>
    public Span<Real> Values { get; }

    /// <summary>Number of examples.</summary>
    public int Rows { get; }

    /// <summary>Number of values per example.</summary>
    public int Columns { get; }

    /// <summary>Whether there is nothing to view; <c>default</c> is empty.</summary>
    public bool IsEmpty => Values.IsEmpty;

    /// <summary>The values of one example.</summary>
    public Span<Real> Row(int row) => Values.Slice(row * Columns, Columns);

    /// <summary>Some neighbouring rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Matrix RowRange(int first, int count) => new(Values.Slice(first * Columns, count * Columns), count, Columns);

    /// <summary>A writable view may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator ReadOnlyMatrix(Matrix m) => new(m.Values, m.Rows, m.Columns);
}

/// <summary>A <see cref="Matrix"/> that its holder may not write to.</summary>
public readonly ref struct ReadOnlyMatrix : IRows
{
    /// <summary>Views <paramref name="values"/> as <paramref name="rows"/> × <paramref name="columns"/> values, row after row.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly rows × columns values.</exception>
    public ReadOnlyMatrix(ReadOnlySpan<Real> values, int rows, int columns)
    {
        CheckShape(values.Length, rows, columns);
        Values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>All values, row after row.</summary>
    public ReadOnlySpan<Real> Values { get; }

    /// <summary>Number of examples.</summary>
    public int Rows { get; }

    /// <summary>Number of values per example.</summary>
    public int Columns { get; }

    /// <summary>The values of one example.</summary>
    public ReadOnlySpan<Real> Row(int row) => Values.Slice(row * Columns, Columns);

    /// <summary>Some neighbouring rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlyMatrix RowRange(int first, int count) => new(Values.Slice(first * Columns, count * Columns), count, Columns);

    /// <summary>Copies the values of one column that are not missing (NaN).</summary>
    /// <param name="column">The index of the column.</param>
    /// <param name="room">Overwritten. One value for each row; if it is shorter, the rows that are read are evenly spread.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    /// <returns>The filled part of <paramref name="room"/>.</returns>
    internal Span<Real> CopyKnown(int column, Span<Real> room, WorkMeter? meter = null) => RowReading.CopyKnown(this, column, room, meter);

    internal static void CheckShape(int length, int rows, int columns)
    {
        if (rows < 0 || columns < 0 || (long)rows * columns != length)
            throw new ArgumentException($"{length} values cannot be viewed as {rows} rows × {columns} columns.");
    }
}
