namespace Backprop.ML.Data;

/// <summary>A column of keys, as categories of a network.</summary>
/// <param name="column">The column that is read.</param>
/// <param name="lookup">Maps key values to categories.</param>
internal sealed class KeyColumn(ColumnBuffer column, KeyLookup lookup) : ColumnBuffer
{
    public override Delegate Getter => column.Getter;

    public override int Width => column.Width;

    public override void Grow(int rows) => column.Grow(rows);

    public override void Read(int row) => column.Read(row);

    public override void CopyTo(int row, Span<float> values) => column.CopyKeys(row, values, lookup);
}

/// <summary>Some slots of a vector column, in the order of a network.</summary>
internal sealed class SlotColumn : ColumnBuffer
{
    private readonly ColumnBuffer _column;
    private readonly int[] _slots, _indices;
    private readonly bool _isAscending;
    private readonly float[] _values;
    private int[] _someIndices = [];
    private float[] _someValues = [];

    /// <param name="column">The column that is read: a vector of Single.</param>
    /// <param name="slots">The slot of every input.</param>
    public SlotColumn(ColumnBuffer column, int[] slots)
    {
        (_column, _slots, _values) = (column, slots, new float[slots.Length]);
        _indices = new int[column.Width];
        Array.Fill(_indices, -1);
        for (var i = 0; i < slots.Length; i++) _indices[slots[i]] = i;
        _isAscending = slots.Zip(slots.Skip(1)).All(pair => pair.First < pair.Second);
    }

    public override Delegate Getter => _column.Getter;

    public override int Width => _slots.Length;

    public override bool HoldsFeatures => true;

    public override void Grow(int rows) => _column.Grow(rows);

    public override void Read(int row) => _column.Read(row);

    public override void CopyTo(int row, Span<float> values)
    {
        var all = _column.SparseAt(row);
        if (all.Indices.IsEmpty && all.Values.Length > 0)
        {
            for (var i = 0; i < _slots.Length; i++) values[i] = all.Values[_slots[i]];
            return;
        }
        values.Clear();
        for (var i = 0; i < all.Indices.Length; i++)
            if (_indices[all.Indices[i]] is >= 0 and var index) values[index] = all.Values[i];
    }

    public override SparseRow SparseAt(int row)
    {
        var all = _column.SparseAt(row);
        if (all.Indices.IsEmpty && all.Values.Length > 0)
        {
            CopyTo(row, _values);
            return new SparseRow([], _values);
        }
        var count = 0;
        var maxCount = all.Values.Length;
        if (_someIndices.Length < maxCount) (_someIndices, _someValues) = (new int[maxCount], new float[maxCount]);
        for (var i = 0; i < all.Indices.Length; i++)
        {
            if (_indices[all.Indices[i]] is not (>= 0 and var index)) continue;
            (_someIndices[count], _someValues[count]) = (index, all.Values[i]);
            count++;
        }
        if (!_isAscending) Array.Sort(_someIndices, _someValues, 0, count);
        return new SparseRow(_someIndices.AsSpan(0, count), _someValues.AsSpan(0, count));
    }
}
