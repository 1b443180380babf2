namespace Backprop.Numerics;

/// <summary>Rows of the same width, wherever each of them is in memory.</summary>
internal interface IRows
{
    /// <summary>Number of rows.</summary>
    int Rows { get; }

    /// <summary>Number of columns.</summary>
    int Columns { get; }

    /// <summary>The values of one row.</summary>
    ReadOnlySpan<Real> Row(int row);
}

/// <summary>Reads values from rows of any kind.</summary>
internal static class RowReading
{
    // Neighbours in a column are far apart in memory.
    private const int ReadsOfPortion = 1 << 16, WorkOfRead = 16;

    /// <summary>Copies the values of one column that are not missing (NaN).</summary>
    /// <param name="from">The rows.</param>
    /// <param name="column">The index of the column.</param>
    /// <param name="room">Overwritten. One value for each row; if it is shorter, the rows that are read are evenly spread.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    /// <returns>The filled part of <paramref name="room"/>.</returns>
    public static Span<Real> CopyKnown<TRows>(TRows from, int column, Span<Real> room, WorkMeter? meter = null)
        where TRows : IRows, allows ref struct
    {
        var count = 0;
        for (var read = 0; read < room.Length; read++)
        {
            if (read % ReadsOfPortion == ReadsOfPortion - 1) meter?.Add(WorkOfRead * ReadsOfPortion);
            var value = from.Row((int)((long)read * from.Rows / room.Length))[column];
            if (!Real.IsNaN(value)) room[count++] = value;
        }
        return room[..count];
    }
}
