namespace Backprop.Numerics;

/// <summary>Rows of the same width in several arrays. More rows need one more array, and no copy of the existing rows.</summary>
internal sealed class RowBlocks
{
    // Large enough that few arrays hold all rows, and small enough that a part of one is little memory.
    private const int BytesOfBlock = 1 << 20;

    private readonly Real[][] _blocks;
    private readonly int _shift, _mask;

    /// <summary>Wraps arrays.</summary>
    /// <param name="blocks">All but the last hold <see cref="RowsOfBlock"/> rows.</param>
    /// <param name="columns">Number of columns; at least 1.</param>
    /// <param name="rows">Number of rows; the last array may have memory for more.</param>
    public RowBlocks(Real[][] blocks, int columns, int rows) : this(blocks, columns, rows, ShiftOf(columns))
    {
    }

    private RowBlocks(Real[][] blocks, int columns, int rows, int shift)
    {
        (_blocks, _shift, _mask) = (blocks, shift, (int)((1u << shift) - 1));
        (Columns, Count) = (columns, rows);
    }

    /// <summary>The rows of one array, whatever its length.</summary>
    public static RowBlocks OfArray(Real[] values, int columns) => new([values], columns, values.Length / columns, shift: 31);

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Rows of every array but the last: a power of two, so that a row is found without a division.</summary>
    public static int RowsOfBlock(int columns) => 1 << ShiftOf(columns);

    /// <summary>The values of one row.</summary>
    public ReadOnlySpan<Real> Row(int row)
    {
        var block = _blocks[row >> _shift];
        return block.AsSpan((row & _mask) * Columns, Columns);
    }

    /// <summary>The values of one row, to be changed by the owner of the arrays.</summary>
    public Span<Real> ToChange(int row) => _blocks[row >> _shift].AsSpan((row & _mask) * Columns, Columns);

    /// <summary>Whether neighbouring rows are neighbours in memory, too.</summary>
    public bool AreTogether(int first, int count) => first >> _shift == (first + Math.Max(count, 1) - 1) >> _shift;

    /// <summary>The values of neighbouring rows in one array.</summary>
    public ReadOnlySpan<Real> Together(int first, int count) => _blocks[first >> _shift].AsSpan((first & _mask) * Columns, count * Columns);

    /// <summary>Whether a value is missing (NaN).</summary>
    public bool HasMissing()
    {
        for (var row = 0; row < Count;)
        {
            var count = Math.Min(Count - row, RowsHere(row));
            if (Together(row, count).Contains(Real.NaN)) return true;
            row += count;
        }
        return false;
    }

    /// <summary>These rows followed by others, without a copy of either. There may be a gap between both.</summary>
    /// <param name="others">Rows of the same width.</param>
    /// <param name="first">The index of the first of the others.</param>
    /// <returns>Null where the arrays of both do not fit together.</returns>
    public RowBlocks? Concat(RowBlocks others, out int first)
    {
        first = 0;
        var start = (long)_blocks.Length << _shift;
        if (_shift == 31 || others._shift != _shift || start + others.Count > int.MaxValue) return null;
        first = (int)start;
        return new RowBlocks([.. _blocks, .. others._blocks], Columns, first + others.Count, _shift);
    }

    private int RowsHere(int row) => _shift == 31 ? int.MaxValue : _mask + 1 - (row & _mask);

    private static int ShiftOf(int columns) => int.Log2((int)Math.Max(1, BytesOfBlock / sizeof(Real) / columns));
}
