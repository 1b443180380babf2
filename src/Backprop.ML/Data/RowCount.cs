using Microsoft.ML;

namespace Backprop.ML.Data;

/// <summary>How many rows a view has.</summary>
internal static class RowCount
{
    /// <summary>The number that the view knows; otherwise rows are counted, which reads no column, but not further than to <paramref name="most"/>.</summary>
    /// <param name="most">Where counting may end.</param>
    /// <param name="data">The view.</param>
    /// <param name="checkAlive">Called for every row; throws when nobody wants to know any more.</param>
    public static long UpTo(long most, IDataView data, Action checkAlive)
    {
        if (data.GetRowCount() is { } known) return known;
        using var cursor = data.GetRowCursor([]);
        long count = 0;
        for (; count < most && cursor.MoveNext(); count++) checkAlive();
        return count;
    }
}
