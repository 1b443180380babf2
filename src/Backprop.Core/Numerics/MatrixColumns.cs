namespace Backprop.Numerics;

/// <summary>Some neighbouring columns of a matrix, such as the columns of one member of a batched ensemble.</summary>
internal readonly ref struct MatrixColumns
{
    /// <summary>Views columns.</summary>
    /// <param name="of">[rows × any]</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">Number of columns.</param>
    public MatrixColumns(Matrix of, int first, int count) : this(of.Values, of.Rows, of.Columns, of.Columns, first, count)
    {
    }

    private MatrixColumns(Span<Real> values, int rows, int columns, int stride, int first, int count)
    {
        Values = values[ReadOnlyMatrixColumns.CheckedStart(rows, columns, first, count)..];
        (Rows, Columns, Stride) = (rows, count, stride);
    }

    /// <summary>The value in row i and column j has the index i·Stride + j.</summary>
    public Span<Real> Values { get; }

    /// <summary>Number of examples.</summary>
    public int Rows { get; }

    /// <summary>Number of values per example.</summary>
    public int Columns { get; }

    /// <summary>Distance of two rows.</summary>
    public int Stride { get; }

    /// <summary>These columns of one example.</summary>
    public Span<Real> Row(int row) => Values.Slice(row * Stride, Columns);

    /// <summary>Some of these columns.</summary>
    public MatrixColumns Part(int first, int count) => new(Values, Rows, Columns, Stride, first, count);

    /// <summary>All columns.</summary>
    public static implicit operator MatrixColumns(Matrix m) => new(m, 0, m.Columns);
}

/// <summary><see cref="MatrixColumns"/> that their holder may not write to.</summary>
internal readonly ref struct ReadOnlyMatrixColumns
{
    /// <summary>Views columns.</summary>
    /// <param name="of">[rows × any]</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">Number of columns.</param>
    public ReadOnlyMatrixColumns(ReadOnlyMatrix of, int first, int count) : this(of.Values, of.Rows, of.Columns, of.Columns, first, count)
    {
    }

    private ReadOnlyMatrixColumns(ReadOnlySpan<Real> values, int rows, int columns, int stride, int first, int count)
    {
        Values = values[CheckedStart(rows, columns, first, count)..];
        (Rows, Columns, Stride) = (rows, count, stride);
    }

    /// <summary>The value in row i and column j has the index i·Stride + j.</summary>
    public ReadOnlySpan<Real> Values { get; }

    /// <summary>Number of examples.</summary>
    public int Rows { get; }

    /// <summary>Number of values per example.</summary>
    public int Columns { get; }

    /// <summary>Distance of two rows.</summary>
    public int Stride { get; }

    /// <summary>These columns of one example.</summary>
    public ReadOnlySpan<Real> Row(int row) => Values.Slice(row * Stride, Columns);

    /// <summary>Some of these columns.</summary>
    public ReadOnlyMatrixColumns Part(int first, int count) => new(Values, Rows, Columns, Stride, first, count);

    /// <summary>Copies row after row.</summary>
    /// <param name="to">[Rows × Columns], overwritten.</param>
    public void CopyTo(MatrixColumns to)
    {
        for (var row = 0; row < to.Rows; row++) Row(row).CopyTo(to.Row(row));
    }

    /// <summary>All columns.</summary>
    public static implicit operator ReadOnlyMatrixColumns(ReadOnlyMatrix m) => new(m, 0, m.Columns);

    /// <summary>All columns.</summary>
    public static implicit operator ReadOnlyMatrixColumns(Matrix m) => new(m, 0, m.Columns);

    // The kernels use pointers without bounds checks. A view without rows has no first value either.
    internal static int CheckedStart(int rows, int columns, int first, int count)
    {
        if (first < 0 || count < 0 || first > columns - count)
            throw new ArgumentOutOfRangeException(nameof(first), first, $"{count} columns from there on do not fit {columns} columns");
        return rows == 0 ? 0 : first;
    }
}
