using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The parts of a batch that are never divided: single rows, or groups of consecutive rows such as the rows of one
/// query.</summary>
/// <remarks>Threads, and the portions of a long step, receive whole parts. So a loss may depend on all rows of a part.</remarks>
internal readonly struct BatchPartition
{
    private readonly int[]? _starts; // first row of every part, then the number of rows; null where every row is a part
    private readonly int _rows;

    private BatchPartition(int rows, int[]? starts) => (_rows, _starts) = (rows, starts);

    /// <summary>Rows of the batch.</summary>
    public int Rows => _rows;

    /// <summary>Count of parts.</summary>
    public int Count => _starts is null ? _rows : _starts.Length - 1;

    /// <summary>A batch whose parts are single rows.</summary>
    public static BatchPartition OfRows(int rows) => new(rows, null);

    /// <summary>A batch of groups.</summary>
    /// <param name="starts">[groups + 1]: the first row of every group, in ascending order from 0, then the number of rows.</param>
    /// <exception cref="ArgumentException">The first rows are not in ascending order from 0.</exception>
    public static BatchPartition OfGroups(int[] starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        if (starts.Length < 2 || starts[0] != 0)
            throw new ArgumentException("There must be at least one group, and the first must begin at row 0.");
        for (var i = 1; i < starts.Length; i++)
        {
            if (starts[i] <= starts[i - 1])
                throw new ArgumentException(
                    $"Group {i - 1} begins at row {starts[i - 1]}, and the next begins at row {starts[i]}. No group may be empty.");
        }
        return new BatchPartition(starts[^1], starts);
    }

    /// <summary>The rows of one of several equal shares, in whole parts.</summary>
    /// <param name="share">Index of the share.</param>
    /// <param name="shares">Count of shares.</param>
    public (int First, int Count) Share(int share, int shares)
    {
        if (_starts is null) return Network.Share(_rows, share, shares);
        var (first, count) = Network.Share(Count, share, shares);
        return (_starts[first], _starts[first + count] - _starts[first]);
    }

    /// <summary>The number of rows in the next parts: as many whole parts as fit into a limit, but at least one.</summary>
    /// <param name="first">The first row; a part begins here.</param>
    /// <param name="end">The end of the allowed rows (exclusive); a part ends here.</param>
    /// <param name="limit">Maximum number of rows, if a single part does not have more.</param>
    /// <returns>Count of rows; 0 where <paramref name="first"/> is <paramref name="end"/>.</returns>
    public int PortionFrom(int first, int end, int limit)
    {
        if (_starts is null || end - first <= limit) return Math.Min(limit, end - first);
        var part = Array.BinarySearch(_starts, first);
        var last = part + 1;
        while (_starts[last] < end && _starts[last + 1] - first <= limit) last++;
        return _starts[last] - first;
    }
}
