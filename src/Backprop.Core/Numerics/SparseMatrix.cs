namespace Backprop.Numerics;

/// <summary>A matrix with mostly zeros: for every row, the columns and values of the other entries (compressed sparse rows). The arrays are
/// used directly, without a copy.</summary>
public sealed class SparseMatrix
{
    private readonly int[] _starts, _columns;
    private readonly Real[] _values;

    /// <summary>Checks and wraps the arrays.</summary>
    /// <param name="starts">[rows + 1]: row i has the entries from starts[i] up to starts[i + 1]. Begins with 0, ends with the number of
    /// entries, never falls.</param>
    /// <param name="columns">The columns of the entries, ascending within a row.</param>
    /// <param name="values">The values of the entries, finite; NaN for a missing value, if that is allowed.</param>
    /// <param name="columnCount">Number of columns; at least 1.</param>
    /// <param name="allowsMissing">Whether values may be NaN, for networks that begin with an <c>Imputation</c>.</param>
    /// <exception cref="ArgumentException">The arrays contradict each other, or a value is not finite; the message names the
    /// row.</exception>
    public SparseMatrix(int[] starts, int[] columns, Real[] values, int columnCount, bool allowsMissing = false)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(columnCount, 1);
        if (starts.Length == 0 || starts[0] != 0 || starts[^1] != columns.Length || columns.Length != values.Length)
            throw new ArgumentException(
                $"{starts.Length} starts from {starts.FirstOrDefault()} to {starts.LastOrDefault()} do not fit {columns.Length} columns " +
                    $"and {values.Length} values.",
                nameof(starts));
        (_starts, _columns, _values, Rows, Columns) = (starts, columns, values, starts.Length - 1, columnCount);
        HasMissing = allowsMissing && values.AsSpan().Contains(Real.NaN);
        for (var row = 0; row < Rows; row++)
        {
            if (starts[row + 1] < starts[row])
                throw new ArgumentException($"Row {row} starts at {starts[row]} and ends at {starts[row + 1]}.", nameof(starts));
            var last = -1;
            for (var i = starts[row]; i < starts[row + 1]; i++)
            {
                if (columns[i] <= last || columns[i] >= columnCount)
                    throw new ArgumentException(
                        $"Row {row} has column {columns[i]} after {last}; columns must rise, up to {columnCount - 1}.", nameof(columns));
                if (!Real.IsFinite(values[i]) && !(allowsMissing && Real.IsNaN(values[i])))
                    throw new ArgumentException($"Row {row}, column {columns[i]} is {values[i]}; all must be finite.", nameof(values));
                last = columns[i];
            }
        }
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Whether some value is missing (NaN).</summary>
    internal bool HasMissing { get; }

    /// <summary>The columns of the entries of a row.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The values of these entries.</summary>
    public ReadOnlySpan<Real> ValuesOf(int row) => _values.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>One value; 0 if the row has no entry for the column.</summary>
    internal Real ValueAt(int row, int column)
    {
        var at = ColumnsOf(row).BinarySearch(column);
        return at < 0 ? 0 : ValuesOf(row)[at];
    }

    /// <summary>Writes a row with its zeros.</summary>
    /// <param name="row">The index of the row.</param>
    /// <param name="destination">[Columns], overwritten.</param>
    public void CopyRow(int row, Span<Real> destination)
    {
        destination.Clear();
        var (columns, values) = (_columns, _values);
        for (var i = _starts[row]; i < _starts[row + 1]; i++) destination[columns[i]] = values[i];
    }

    /// <summary>Some rows of this matrix, then some rows of another matrix with as many columns.</summary>
    internal static SparseMatrix Join(SparseMatrix a, ReadOnlySpan<int> rowsOfA, SparseMatrix b, ReadOnlySpan<int> rowsOfB)
    {
        var starts = new int[rowsOfA.Length + rowsOfB.Length + 1];
        for (var row = 0; row < starts.Length - 1; row++)
            starts[row + 1] = checked(
                starts[row] + (row < rowsOfA.Length ? a.ColumnsOf(rowsOfA[row]) : b.ColumnsOf(rowsOfB[row - rowsOfA.Length])).Length);
        int[] columns = new int[starts[^1]];
        Real[] values = new Real[starts[^1]];
        for (var row = 0; row < starts.Length - 1; row++)
        {
            var isOfA = row < rowsOfA.Length;
            SparseMatrix from = isOfA ? a : b;
            var at = isOfA ? rowsOfA[row] : rowsOfB[row - rowsOfA.Length];
            from.ColumnsOf(at).CopyTo(columns.AsSpan(starts[row]));
            from.ValuesOf(at).CopyTo(values.AsSpan(starts[row]));
        }
        return new SparseMatrix(starts, columns, values, a.Columns, a.HasMissing || b.HasMissing);
    }
}
