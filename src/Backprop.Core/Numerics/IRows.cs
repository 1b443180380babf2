namespace Backprop.Numerics;

/// <summary>Rows of the same width, wherever each of them is in memory.</summary>
internal interface IRows
{
    /// <summary>How many.</summary>
    int Rows { get; }

    /// <summary>Numbers of each.</summary>
    int Columns { get; }

    /// <summary>The numbers of one row.</summary>
    ReadOnlySpan<Real> Row(int row);
}

/// <summary>What is read from rows of any kind.</summary>
internal static class RowReading
{
    // Neighbours in a column are far apart in memory.
    private const int LooksOfPortion = 1 << 16, WorkOfLook = 16;

    /// <summary>Copies the numbers of one column that are not missing (NaN).</summary>
    /// <param name="from">The rows.</param>
    /// <param name="column">Which column.</param>
    /// <param name="room">Overwritten. One number for each row; if there are fewer, the rows that are read are evenly spread.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    /// <returns>The part of the room that was filled.</returns>
    public static Span<Real> CopyKnown<TRows>(TRows from, int column, Span<Real> room, WorkMeter? meter = null)
        where TRows : IRows, allows ref struct
    {
        var count = 0;
        for (var look = 0; look < room.Length; look++)
        {
            if (look % LooksOfPortion == LooksOfPortion - 1) meter?.Add(WorkOfLook * LooksOfPortion);
            var value = from.Row((int)((long)look * from.Rows / room.Length))[column];
            if (!Real.IsNaN(value)) room[count++] = value;
        }
        return room[..count];
    }
}
