using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Chooses which rows in memory are held out from training.</summary>
internal static class HeldOutRows
{
    // The held-out rows may exceed their share by this much, so that every class is represented.
    private const double Tolerance = 1.0 / 20;

    /// <summary>Holds out some of the examples: single rows, or whole groups if there are groups. Features are not copied.</summary>
    /// <param name="all">All examples.</param>
    /// <param name="fraction">The share of the rows; in (0, 1). It is approximate for groups.</param>
    /// <param name="rows">Random rows or the last ones.</param>
    /// <param name="hasClasses">Whether targets are classes.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <returns>The training rows, and the held-out rows; null if there are none.</returns>
    public static (ExampleSet Learned, ExampleSet? HeldOut) Split(
        ExampleSet all, double fraction, ValidationRows rows, bool hasClasses, int seed)
    {
        if (!all.Groups.IsEmpty) return Split(all, OfGroups(all, fraction, rows, seed));
        if (rows == ValidationRows.Last)
        {
            var last = Last(all.Count, fraction);
            return last == 0 ? (all, null) : (all.Slice(0, all.Count - last), all.Slice(all.Count - last, last));
        }
        return Split(all, Stratified(hasClasses ? all.Targets.Values : new Real[all.Count], fraction, seed));
    }

    /// <summary>Holds out the marked rows.</summary>
    /// <param name="all">All examples.</param>
    /// <param name="kept">[rows]: whether each is held out.</param>
    public static (ExampleSet Learned, ExampleSet? HeldOut) Split(ExampleSet all, ReadOnlySpan<bool> kept)
    {
        int[] learned = Rows(kept, areKept: false), heldOut = Rows(kept, areKept: true);
        return heldOut.Length == 0 ? (all, null) : (all.Select(learned), all.Select(heldOut));
    }

    /// <summary>The draw of <see cref="ValidationSplit"/>. It may hold out no row of some classes. Then each such class of
    /// at least two rows contributes one held-out row, largest classes first. All held-out rows together exceed their share
    /// by at most a twentieth, or one row.</summary>
    /// <param name="strata">[rows]: the class of each; all equal where there are none.</param>
    /// <param name="fraction">The share of the rows; in (0, 1).</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <returns>[rows]</returns>
    public static bool[] Stratified(ReadOnlySpan<Real> strata, double fraction, int seed)
    {
        var split = new ValidationSplit(fraction, seed);
        var kept = new bool[strata.Length];
        var counts = new Dictionary<Real, (int Index, int Rows, int Kept)>();
        var total = 0;
        for (var row = 0; row < kept.Length; row++)
        {
            kept[row] = split.Takes(strata[row]);
            var (index, rows, keptOfClass) = counts.GetValueOrDefault(strata[row], (counts.Count, 0, 0));
            counts[strata[row]] = (index, rows + 1, keptOfClass + (kept[row] ? 1 : 0));
            if (kept[row]) total++;
        }

        var share = fraction * kept.Length;
        var limit = Math.Max(share, total) + Math.Max(1, Tolerance * share);
        var unrepresented = counts.Where(each => each.Value is { Kept: 0, Rows: > 1 });
        var largestFirst = unrepresented.OrderByDescending(each => each.Value.Rows).ThenBy(each => each.Value.Index);
        foreach (var (stratum, (index, rows, _)) in largestFirst)
        {
            if (total + 1 > limit) break;
            var random = new RandomSequence(seed, RandomPurpose.Validation, counts.Count + index);
            kept[RowOf(strata, stratum, 1 + random.NextIndex(rows - 1))] = true; // the first row stays in training
            total++;
        }
        return kept;
    }

    // Random groups, or the last ones. None, if there is only one group.
    private static bool[] OfGroups(ExampleSet all, double fraction, ValidationRows rows, int seed)
    {
        var starts = all.GroupStarts();
        var (groups, kept) = (starts.Length - 1, new bool[all.Count]);
        if (groups < 2) return kept;
        if (rows == ValidationRows.Last)
        {
            // The border of groups that is nearest to the share of the rows.
            var (first, border) = (1, all.Count - fraction * all.Count);
            while (first < groups - 1 && Math.Abs(starts[first + 1] - border) <= Math.Abs(starts[first] - border)) first++;
            kept.AsSpan(starts[first]).Fill(true);
            return kept;
        }
        var (hashes, rowsOf) = (HashesOf(groups, seed), new Dictionary<uint, long>());
        for (var group = 0; group < groups; group++) rowsOf[hashes[group]] = starts[group + 1] - starts[group];
        var drawn = GroupDraw.Of(rowsOf, fraction, 1UL << 32);
        for (var group = 0; group < groups; group++)
            if (drawn.Contains(hashes[group])) kept.AsSpan(starts[group]..starts[group + 1]).Fill(true);
        return kept;
    }

    // A random number for each group, all different.
    private static uint[] HashesOf(int groups, int seed)
    {
        var (hashes, used) = (new uint[groups], new HashSet<uint>());
        for (var group = 0; group < groups; group++)
            for (ulong attempt = 0; ; attempt++)
            {
                hashes[group] = (uint)(RandomSequence.BitsOf(seed, RandomPurpose.Validation, (ulong)group, attempt) >> 32);
                if (used.Add(hashes[group])) break;
            }
        return hashes;
    }

    /// <summary>Marks all rows of some groups (<see cref="GroupDraw"/>).</summary>
    /// <param name="groups">[rows]: the hash of each row's group.</param>
    /// <param name="kept">The hashes of the groups that are held out.</param>
    public static bool[] OfGroups(ReadOnlySpan<uint> groups, HashSet<uint> kept)
    {
        var result = new bool[groups.Length];
        for (var row = 0; row < result.Length; row++) result[row] = kept.Contains(groups[row]);
        return result;
    }

    /// <summary>The number of rows of every group.</summary>
    public static Dictionary<uint, long> CountGroups(ReadOnlySpan<uint> groups)
    {
        var counts = new Dictionary<uint, long>();
        foreach (var group in groups) counts[group] = counts.GetValueOrDefault(group) + 1;
        return counts;
    }

    /// <summary>How many of the last rows are held out: at least one, but not all, if there are at least two.</summary>
    public static int Last(int rows, double fraction) => rows < 2 ? 0 : Math.Clamp((int)Math.Round(rows * fraction), 1, rows - 1);

    /// <summary>The indices of the held-out rows, or of the other rows.</summary>
    public static int[] Rows(ReadOnlySpan<bool> kept, bool areKept)
    {
        var rows = new int[kept.Count(areKept)];
        var count = 0;
        for (var row = 0; row < kept.Length; row++)
            if (kept[row] == areKept) rows[count++] = row;
        return rows;
    }

    private static int RowOf(ReadOnlySpan<Real> strata, Real stratum, int index)
    {
        for (var row = 0; ; row++)
            if (strata[row] == stratum && index-- == 0) return row;
    }
}
