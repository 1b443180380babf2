using Backprop.Numerics;

namespace Backprop.ML.Data;

/// <summary>Rows of the same width that are read one by one. The rows are in several arrays, so that only the first, small array is ever
/// copied.</summary>
/// <param name="width">Number of values of a row.</param>
/// <param name="announced">The expected number of rows; 0 if it is unknown.</param>
internal sealed class GrowingRows<T>(int width, long announced) where T : unmanaged
{
    private const int RowsAtFirst = 1024;

    private readonly int _rowsOfBlock = RowBlocks.RowsOfBlock(width);
    private readonly List<T[]> _blocks = [];
    private int _capacity, _used; // of the last array, in rows

    /// <summary>Number of rows that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one row, and returns its values.</summary>
    /// <exception cref="InvalidOperationException">There are more rows than an array can have.</exception>
    public Span<T> Add()
    {
        if (_used == _capacity) AddCapacity();
        Count++;
        return _blocks[^1].AsSpan(_used++ * width, width);
    }

    /// <summary>The rows in their arrays; nothing can be added afterwards.</summary>
    public T[][] ToBlocks()
    {
        if (_used < _capacity) ResizeLast(_used);
        return [.. _blocks];
    }

    /// <summary>The rows in one array; nothing can be added afterwards. Arrays are released as soon as they are copied.</summary>
    /// <exception cref="InvalidOperationException">There are more values than an array can have.</exception>
    public T[] ToArray()
    {
        if ((long)Count * width > Array.MaxLength)
            throw new InvalidOperationException(
                $"The data does not fit into one array: {Count} rows of {width} values were read, but at most {Array.MaxLength} values " +
                    $"are possible. Use fewer rows or features.");
        if (_blocks.Count <= 1) return ToBlocks() is [var only] ? only : [];
        var all = GC.AllocateUninitializedArray<T>(Count * width);
        for (int block = 0, done = 0; block < _blocks.Count; block++)
        {
            var length = Math.Min(_blocks[block].Length, all.Length - done);
            _blocks[block].AsSpan(0, length).CopyTo(all.AsSpan(done));
            _blocks[block] = [];
            done += length;
        }
        return all;
    }

    private void AddCapacity()
    {
        if (Count == Array.MaxLength)
            throw new InvalidOperationException($"The data has more than {Count} rows, the maximum number in memory. Use fewer rows.");
        if (_blocks.Count > 0 && _capacity < _rowsOfBlock)
        {
            ResizeLast(Math.Min(2 * _capacity, _rowsOfBlock));
            return;
        }
        long expected = _blocks.Count == 0 ? RowsAtFirst : _rowsOfBlock;
        if (announced > Count) expected = announced - Count;
        (_capacity, _used) = ((int)Math.Min(Math.Min(expected, _rowsOfBlock), Array.MaxLength - Count), 0);
        _blocks.Add(GC.AllocateUninitializedArray<T>(checked(_capacity * width)));
    }

    private void ResizeLast(int rows)
    {
        var resized = GC.AllocateUninitializedArray<T>(checked(rows * width));
        _blocks[^1].AsSpan(0, _used * width).CopyTo(resized);
        _blocks[^1] = resized;
        _capacity = rows;
    }
}
