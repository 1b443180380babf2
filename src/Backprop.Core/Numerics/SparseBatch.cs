namespace Backprop.Numerics;

/// <summary>A few rows with mostly zeros, and for gradients also the same values column by column. Belongs to one reader. Allocates only if
/// it needs more memory than ever before.</summary>
/// <param name="columns">Number of columns.</param>
internal sealed class SparseBatch(int columns)
{
    private readonly List<int> _starts = [0];
    private int[] _columns = new int[256], _columnStarts = [], _rows = [];
    private Real[] _values = new Real[256], _columnValues = [];

    /// <summary>Rows that were added.</summary>
    public int Rows => _starts.Count - 1;

    /// <summary>Number of columns.</summary>
    public int Columns => columns;

    /// <summary>The replacements of missing values (NaN); null where there are none.</summary>
    public SparseReplacements? Replacements { get; set; }

    /// <summary>Removes all rows.</summary>
    public void Clear()
    {
        _starts.Clear();
        _starts.Add(0);
    }

    /// <summary>Adds a row; zeros among the values are omitted.</summary>
    /// <param name="indices">Column indices in ascending order; empty if the values are those of all columns.</param>
    /// <param name="values">The values of these columns.</param>
    /// <param name="factors">[Columns]: the factors of the values; empty for none.</param>
    public void Add(ReadOnlySpan<int> indices, ReadOnlySpan<Real> values, ReadOnlySpan<Real> factors)
    {
        var count = _starts[^1];
        MakeRoom(count + (Replacements is null ? 1L : 2L) * values.Length); // a missing value may become two values
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] == 0) continue;
            var column = indices.IsEmpty ? i : indices[i];
            var value = factors.IsEmpty ? values[i] : values[i] * factors[column];
            if (Replacements is not null && Real.IsNaN(values[i])) value = Replacements.ValueOf(column);
            (_columns[count], _values[count]) = (column, value);
            count++;
        }
        if (Replacements is not null) count = Indicate(indices, values, count);
        _starts.Add(count);
    }

    /// <summary>Sorts the values by columns, for <see cref="RowsOf"/> and <see cref="ValuesOfColumn"/>. Within a column, the order of the
    /// rows stays.</summary>
    public void Transpose()
    {
        var count = _starts[^1];
        if (_columnStarts.Length == 0) _columnStarts = new int[columns + 1];
        if (_rows.Length < count) (_rows, _columnValues) = (new int[_columns.Length], new Real[_columns.Length]);
        var starts = _columnStarts.AsSpan();
        starts.Clear();
        foreach (var column in _columns.AsSpan(0, count)) starts[column]++;

        // Converts the number of values of each column to the end of the column. The loop over rows then moves it back to the start.
        var sum = 0;
        for (var j = 0; j < starts.Length; j++) starts[j] = sum += starts[j];
        for (var row = Rows - 1; row >= 0; row--)
            for (var i = _starts[row + 1] - 1; i >= _starts[row]; i--)
            {
                var at = --starts[_columns[i]];
                (_rows[at], _columnValues[at]) = (row, _values[i]);
            }
    }

    // Appends the indicators after the other values of the row, in ascending order.
    private int Indicate(ReadOnlySpan<int> indices, ReadOnlySpan<Real> values, int count)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!Real.IsNaN(values[i]) || Replacements!.IndicatorOf(indices.IsEmpty ? i : indices[i]) is not (>= 0 and var indicator))
                continue;
            (_columns[count], _values[count]) = (indicator, 1);
            count++;
        }
        return count;
    }

    private void MakeRoom(long needed)
    {
        if (_values.Length >= needed) return;
        var room = (int)Math.Min(Math.Max(2L * _values.Length, needed), Array.MaxLength);
        Array.Resize(ref _columns, room);
        Array.Resize(ref _values, room);
    }

    /// <summary>The columns of the values of a row.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The values of a row that are not 0.</summary>
    public ReadOnlySpan<Real> ValuesOf(int row) => _values.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The rows in which a column is not 0.</summary>
    public ReadOnlySpan<int> RowsOf(int column) => _rows.AsSpan(_columnStarts[column].._columnStarts[column + 1]);

    /// <summary>The values of a column that are not 0.</summary>
    public ReadOnlySpan<Real> ValuesOfColumn(int column) => _columnValues.AsSpan(_columnStarts[column].._columnStarts[column + 1]);
}
