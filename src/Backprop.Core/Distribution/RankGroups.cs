namespace Backprop.Distribution;

/// <summary>Ranks in groups of neighbours. A group has as many ranks as any other, or one more; the first groups are the largest.</summary>
/// <param name="Ranks">The number of ranks, at least 1.</param>
/// <param name="Count">The number of groups, from 1 to the number of ranks.</param>
internal sealed record RankGroups(int Ranks, int Count)
{
    /// <summary>Groups of one rank.</summary>
    public static RankGroups OfSingleRanks(int ranks) => new(ranks, ranks);

    /// <summary>The number of ranks of the smallest group.</summary>
    public int MinSize => Ranks / Count;

    /// <summary>The number of ranks of the largest group.</summary>
    public int MaxSize => (Ranks + Count - 1) / Count;

    /// <summary>The first rank of a group.</summary>
    public int FirstOf(int group) => group * MinSize + Math.Min(group, LargerGroups);

    /// <summary>The number of ranks of a group.</summary>
    public int SizeOf(int group) => group < LargerGroups ? MinSize + 1 : MinSize;

    /// <summary>The group of a rank.</summary>
    public int GroupOf(int rank)
    {
        var inLargerGroups = LargerGroups * (MinSize + 1);
        return rank < inLargerGroups ? rank / (MinSize + 1) : LargerGroups + (rank - inLargerGroups) / MinSize;
    }

    private int LargerGroups => Ranks % Count;
}
