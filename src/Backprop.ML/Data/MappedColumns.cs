namespace Backprop.ML.Data;

/// <summary>A column of keys as a network numbers them.</summary>
/// <param name="column">What is read.</param>
/// <param name="lookup">From key values to the network's numbers.</param>
internal sealed class KeyColumn(ColumnBuffer column, KeyLookup lookup) : ColumnBuffer
{
    public override Delegate Getter => column.Getter;

    public override int Width => column.Width;

    public override void Grow(int rows) => column.Grow(rows);

    public override void Read(int row) => column.Read(row);

    public override void CopyTo(int row, Span<float> numbers) => column.CopyKeys(row, numbers, lookup);
}

/// <summary>Some slots of a vector column, in the order of a network.</summary>
internal sealed class SlotColumn : ColumnBuffer
{
    private readonly ColumnBuffer _column;
    private readonly int[] _slots, _places;
    private readonly bool _isRising;
    private readonly float[] _numbers;
    private int[] _somePlaces = [];
    private float[] _someNumbers = [];

    /// <param name="column">What is read: a vector of Single.</param>
    /// <param name="slots">The slot of every number.</param>
    public SlotColumn(ColumnBuffer column, int[] slots)
    {
        (_column, _slots, _numbers) = (column, slots, new float[slots.Length]);
        _places = new int[column.Width];
        Array.Fill(_places, -1);
        for (var i = 0; i < slots.Length; i++) _places[slots[i]] = i;
        _isRising = slots.Zip(slots.Skip(1)).All(pair => pair.First < pair.Second);
    }

    public override Delegate Getter => _column.Getter;

    public override int Width => _slots.Length;

    public override bool HoldsFeatures => true;

    public override void Grow(int rows) => _column.Grow(rows);

    public override void Read(int row) => _column.Read(row);

    public override void CopyTo(int row, Span<float> numbers)
    {
        var all = _column.SparseAt(row);
        if (all.Places.IsEmpty && all.Values.Length > 0)
        {
            for (var i = 0; i < _slots.Length; i++) numbers[i] = all.Values[_slots[i]];
            return;
        }
        numbers.Clear();
        for (var i = 0; i < all.Places.Length; i++)
            if (_places[all.Places[i]] is >= 0 and var place) numbers[place] = all.Values[i];
    }

    public override SparseRow SparseAt(int row)
    {
        var all = _column.SparseAt(row);
        if (all.Places.IsEmpty && all.Values.Length > 0)
        {
            CopyTo(row, _numbers);
            return new SparseRow([], _numbers);
        }
        var count = 0;
        var most = all.Values.Length;
        if (_somePlaces.Length < most) (_somePlaces, _someNumbers) = (new int[most], new float[most]);
        for (var i = 0; i < all.Places.Length; i++)
        {
            if (_places[all.Places[i]] is not (>= 0 and var place)) continue;
            (_somePlaces[count], _someNumbers[count]) = (place, all.Values[i]);
            count++;
        }
        if (!_isRising) Array.Sort(_somePlaces, _someNumbers, 0, count);
        return new SparseRow(_somePlaces.AsSpan(0, count), _someNumbers.AsSpan(0, count));
    }
}
