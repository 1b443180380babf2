namespace Backprop.Distribution;

/// <summary>Checks the rank that a message is for, or from.</summary>
internal static class OtherRank
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank, or it is this one.</exception>
    public static void Check(ICommunicator ranks, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, ranks.Size);
        ArgumentOutOfRangeException.ThrowIfEqual(rank, ranks.Rank);
    }
}
