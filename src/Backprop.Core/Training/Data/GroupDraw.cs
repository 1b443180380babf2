namespace Backprop.Training;

/// <summary>Chooses the groups of rows that are held out, after the rows of each group were counted.</summary>
/// <remarks>
/// The hashes of the groups are in random order, drawn by the seed. A group is held out if its hash is below a share of all hashes. With
/// few groups, there might be no such group. So the choice depends on the number of groups:
/// <list type="bullet">
/// <item>Up to 16 groups: the set whose number of rows is nearest to the share of all rows.</item>
/// <item>More groups: the draw by hash, if its number of rows is within a twentieth of that share.</item>
/// <item>Otherwise: groups in the order of their hashes, as long as each brings the number of rows nearer to the share.</item>
/// </list>
/// At least one group is held out, and at least one is not.
/// </remarks>
internal static class GroupDraw
{
    private const int GroupsToTryAll = 16;
    private const double Tolerance = 1.0 / 20;

    /// <summary>The hashes of the groups that are held out.</summary>
    /// <param name="rowsOf">The number of rows of every group, by its hash; at least two groups.</param>
    /// <param name="fraction">The share of the rows; in (0, 1).</param>
    /// <param name="hashes">Number of possible hashes.</param>
    public static HashSet<uint> Of(IReadOnlyDictionary<uint, long> rowsOf, double fraction, ulong hashes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsOf.Count, 2);
        uint[] groups = [.. rowsOf.Keys.Order()];
        var share = fraction * rowsOf.Values.Sum();
        if (groups.Length <= GroupsToTryAll) return Nearest(groups, rowsOf, share);
        HashSet<uint> drawn = [.. groups.Where(group => group < fraction * hashes)];
        var isNear = Math.Abs(drawn.Sum(group => rowsOf[group]) - share) <= Tolerance * share;
        return isNear && drawn.Count < groups.Length ? drawn : InOrder(groups, rowsOf, share);
    }

    // If several sets are equally near, the one whose groups are first in the order of the hashes is used.
    private static HashSet<uint> Nearest(uint[] groups, IReadOnlyDictionary<uint, long> rowsOf, double share)
    {
        var (best, distance) = (0, double.PositiveInfinity);
        for (var set = (1 << groups.Length) - 2; set > 0; set--)
        {
            long rows = 0;
            for (var i = 0; i < groups.Length; i++)
                if (Contains(set, i)) rows += rowsOf[groups[i]];
            if (!(Math.Abs(rows - share) < distance)) continue;
            (best, distance) = (set, Math.Abs(rows - share));
        }
        return [.. groups.Where((_, i) => Contains(best, i))];

        bool Contains(int set, int group) => (set >> (groups.Length - 1 - group) & 1) != 0;
    }

    private static HashSet<uint> InOrder(uint[] groups, IReadOnlyDictionary<uint, long> rowsOf, double share)
    {
        HashSet<uint> kept = [];
        long rows = 0;
        foreach (var group in groups)
        {
            var with = rows + rowsOf[group];
            if (kept.Count == groups.Length - 1 || Math.Abs(with - share) >= Math.Abs(rows - share)) continue;
            kept.Add(group);
            rows = with;
        }
        if (kept.Count == 0) kept.Add(groups.MinBy(group => rowsOf[group]));
        return kept;
    }
}
