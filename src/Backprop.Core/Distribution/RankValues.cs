namespace Backprop.Distribution;

/// <summary>Values that few ranks send to others. All ranks call these methods together.</summary>
internal static class RankValues
{
    /// <summary>The value of rank 0.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="own">The value of this rank; ignored unless it is rank 0.</param>
    public static T OfRankZero<T>(ICommunicator ranks, T own) where T : unmanaged
    {
        var value = new[] { own };
        OfRankZero<T>(ranks, value);
        return value[0];
    }

    /// <summary>Copies the values of rank 0 to all ranks.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="values">The values of this rank; overwritten unless it is rank 0. As many on all ranks.</param>
    public static void OfRankZero<T>(ICommunicator ranks, Memory<T> values) where T : unmanaged
    {
        var outgoing = new ReadOnlyMemory<T>[ranks.Size];
        var incoming = new Memory<T>[ranks.Size];
        if (ranks.Rank != 0) incoming[0] = values;
        else outgoing.AsSpan(1).Fill(values);
        ranks.Exchange<T>(outgoing, incoming);
    }

    /// <summary>Sends each rank's part of some values to all other ranks.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="values">All values. Those of this rank are sent, and the others are overwritten.</param>
    /// <param name="parts">[ranks]: the first value of each rank's part, and their number; 0 for none.</param>
    public static void Gather<T>(ICommunicator ranks, Memory<T> values, ReadOnlySpan<(int First, int Count)> parts) where T : unmanaged
    {
        var outgoing = new ReadOnlyMemory<T>[ranks.Size];
        var incoming = new Memory<T>[ranks.Size];
        for (var rank = 0; rank < ranks.Size; rank++)
        {
            var (first, count) = parts[rank];
            if (rank != ranks.Rank) incoming[rank] = values.Slice(first, count);
            else outgoing.AsSpan().Fill(values.Slice(first, count));
        }
        ranks.Exchange<T>(outgoing, incoming);
    }
}
