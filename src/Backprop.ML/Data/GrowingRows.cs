using Backprop.Numerics;

namespace Backprop.ML.Data;

/// <summary>Rows of the same width that are read one by one. Whole arrays are added as rows come, so that only a first, small one is
/// ever copied.</summary>
/// <param name="width">Numbers of a row.</param>
/// <param name="announced">Rows that will come, as far as that is known; 0 otherwise.</param>
internal sealed class GrowingRows<T>(int width, long announced) where T : unmanaged
{
    private const int RowsAtFirst = 1024;

    private readonly int _rowsOfBlock = RowBlocks.RowsOfBlock(width);
    private readonly List<T[]> _blocks = [];
    private int _room, _used; // rows of the last array

    /// <summary>Rows that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room for one row more, and returns it.</summary>
    /// <exception cref="InvalidOperationException">There are more rows than can be numbered.</exception>
    public Span<T> Add()
    {
        if (_used == _room) MakeRoom();
        Count++;
        return _blocks[^1].AsSpan(_used++ * width, width);
    }

    /// <summary>The rows in their arrays; nothing can be added afterwards.</summary>
    public T[][] ToBlocks()
    {
        if (_used < _room) ResizeLast(_used);
        return [.. _blocks];
    }

    /// <summary>The rows in one array; nothing can be added afterwards. Arrays that were copied are let go at once.</summary>
    /// <exception cref="InvalidOperationException">There are more numbers than one array can hold.</exception>
    public T[] ToArray()
    {
        if ((long)Count * width > Array.MaxLength)
            throw new InvalidOperationException(
                $"The data does not fit into one array: {Count} rows of {width} numbers were read; at most {Array.MaxLength} numbers are " +
                    $"possible.");
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

    private void MakeRoom()
    {
        if (Count == Array.MaxLength)
            throw new InvalidOperationException($"The data has more than {Count} rows, which is as many as can be learned from in memory.");
        if (_blocks.Count > 0 && _room < _rowsOfBlock)
        {
            ResizeLast(Math.Min(2 * _room, _rowsOfBlock));
            return;
        }
        long expected = _blocks.Count == 0 ? RowsAtFirst : _rowsOfBlock;
        if (announced > Count) expected = announced - Count;
        (_room, _used) = ((int)Math.Min(Math.Min(expected, _rowsOfBlock), Array.MaxLength - Count), 0);
        _blocks.Add(GC.AllocateUninitializedArray<T>(checked(_room * width)));
    }

    private void ResizeLast(int rows)
    {
        var resized = GC.AllocateUninitializedArray<T>(checked(rows * width));
        _blocks[^1].AsSpan(0, _used * width).CopyTo(resized);
        _blocks[^1] = resized;
        _room = rows;
    }
}
