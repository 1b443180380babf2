using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The parts of a batch that are never divided: single rows, or groups of consecutive rows such as the rows of one
/// query.</summary>
/// <remarks>Threads, and the portions of a long step, receive whole parts. So a loss may depend on all rows of a part.</remarks>
internal readonly struct BatchPartition
{
    // The first row of each part, then the end of the last part; null where every row is a part. The array may have all parts of an epoch.
    // Then those of the batch begin at _first.
    private readonly int[]? _starts;
    private readonly int _first;

    private BatchPartition(int count, int[]? starts, int first)
    {
        (Count, _starts, _first) = (count, starts, first);
    }

    /// <summary>Rows of the batch.</summary>
    public int Rows => StartOf(Count);

    /// <summary>Count of parts.</summary>
    public int Count { get; }

    /// <summary>A batch whose parts are single rows.</summary>
    public static BatchPartition OfRows(int rows) => new(rows, null, 0);

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
        return new BatchPartition(starts.Length - 1, starts, 0);
    }

    /// <summary>A batch of some of the groups of an epoch. Nothing is copied.</summary>
    /// <param name="starts">[groups + 1]: the first row of every group of the epoch, in ascending order from 0, then the number of
    /// rows.</param>
    /// <param name="first">The first group of the batch.</param>
    /// <param name="count">Number of groups of the batch.</param>
    public static BatchPartition OfSome(int[] starts, int first, int count) => new(count, starts, first);

    /// <summary>The rows of one of several equal shares, in whole parts.</summary>
    /// <param name="share">Index of the share.</param>
    /// <param name="shares">Count of shares.</param>
    public (int First, int Count) Share(int share, int shares)
    {
        var (first, count) = Network.Share(Count, share, shares);
        return (StartOf(first), StartOf(first + count) - StartOf(first));
    }

    /// <summary>The number of rows of a part.</summary>
    /// <param name="first">Its first row.</param>
    public int RowsOfPart(int first) => StartOf(PartAt(first) + 1) - first;

    /// <summary>The number of rows in the next parts: as many whole parts as fit into a limit, but at least one.</summary>
    /// <param name="first">The first row; a part begins here.</param>
    /// <param name="end">The end of the allowed rows (exclusive); a part ends here.</param>
    /// <param name="limit">Maximum number of rows, if a single part does not have more.</param>
    /// <returns>Count of rows; 0 where <paramref name="first"/> is <paramref name="end"/>.</returns>
    public int PortionFrom(int first, int end, int limit)
    {
        if (_starts is null || end - first <= limit) return Math.Min(limit, end - first);
        var last = PartAt(first) + 1;
        while (StartOf(last) < end && StartOf(last + 1) - first <= limit) last++;
        return StartOf(last) - first;
    }

    // Rows are counted from the first row of the batch.
    private int StartOf(int part) => _starts is null ? part : _starts[_first + part] - _starts[_first];

    private int PartAt(int row) =>
        _starts is null ? row : Array.BinarySearch(_starts, _first, Count, row + _starts[_first]) - _first;
}
