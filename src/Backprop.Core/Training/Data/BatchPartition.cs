using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The parts of a batch that are never divided: single rows, or groups of neighbouring rows such as the rows of one
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

    /// <summary>A batch in which every row is a part.</summary>
    public static BatchPartition OfRows(int rows) => new(rows, null);

    /// <summary>A batch of groups.</summary>
    /// <param name="starts">[groups + 1]: the first row of every group, from 0 on and rising, then the number of rows.</param>
    /// <exception cref="ArgumentException">The numbers do not rise from 0.</exception>
    public static BatchPartition OfGroups(int[] starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        if (starts.Length < 2 || starts[0] != 0)
            throw new ArgumentException("The first group must begin at row 0, and there must be at least one.");
        for (var i = 1; i < starts.Length; i++)
        {
            if (starts[i] <= starts[i - 1])
                throw new ArgumentException(
                    $"Group {i - 1} begins at row {starts[i - 1]}, and the next at row {starts[i]}: no group may be empty.");
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

    /// <summary>Rows from a given one on: as many whole parts as fit into a limit, and one part at least.</summary>
    /// <param name="first">The first row, where a part begins.</param>
    /// <param name="end">The row behind the last that may be taken, where a part ends.</param>
    /// <param name="limit">Rows that should not be exceeded.</param>
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
