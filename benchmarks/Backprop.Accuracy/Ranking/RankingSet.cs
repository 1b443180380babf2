namespace Backprop.Accuracy.Ranking;

/// <summary>Rows with a relevance within their group.</summary>
/// <param name="Name">The name of the set.</param>
/// <param name="Features">[rows][features]</param>
/// <param name="Relevance">[rows]: from 0 to 4.</param>
/// <param name="Groups">[rows]: from 0 on; the rows of a group are adjacent.</param>
internal sealed record RankingSet(string Name, float[][] Features, int[] Relevance, int[] Groups)
{
    /// <summary>Number of groups.</summary>
    public int GroupCount => Groups[^1] + 1;

    /// <summary>The rows of some groups, in their order.</summary>
    public RankingSet Where(Func<int, bool> isWanted)
    {
        int[] rows = [.. Enumerable.Range(0, Groups.Length).Where(row => isWanted(Groups[row]))];
        return new RankingSet(
            Name, [.. rows.Select(row => Features[row])], [.. rows.Select(row => Relevance[row])], [.. rows.Select(row => Groups[row])]);
    }
}
