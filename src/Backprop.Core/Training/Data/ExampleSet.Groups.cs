namespace Backprop.Training;

// Groups of examples, such as the documents of one query.
public sealed partial class ExampleSet
{
    private readonly int[]? _groups; // parallel to the targets; groups are runs of equal values

    private ExampleSet(ExampleSet of, int[]? groups) : this(of, of._first, of.Count, of._weights, of._folds, of.FoldCount) =>
        _groups = groups;

    /// <summary>[Count]: the group of each example; empty if there are no groups. The examples of a group are adjacent.</summary>
    public ReadOnlySpan<int> Groups => _groups is null ? [] : _groups.AsSpan(_first, Count);

    /// <summary>Number of groups; 0 if there are none.</summary>
    internal int GroupCount
    {
        get
        {
            var groups = Groups;
            var count = groups.IsEmpty ? 0 : 1;
            for (var row = 1; row < groups.Length; row++) count += groups[row] == groups[row - 1] ? 0 : 1;
            return count;
        }
    }

    /// <summary>The same examples with groups, such as queries, for losses and metrics of groups. Features are not copied.</summary>
    /// <param name="groups">[Count]: an integer for each example, the same for all examples of a group. The examples of a group must be
    /// adjacent.</param>
    /// <exception cref="ArgumentException">The length is wrong, or the examples of a group are not adjacent. The message names the
    /// group.</exception>
    public ExampleSet WithGroups(ReadOnlySpan<int> groups)
    {
        if (groups.Length != Count)
            throw new ArgumentException($"There are {groups.Length} groups for {Count} examples. One for each example is needed.");
        var known = new HashSet<int>();
        for (var row = 0; row < groups.Length; row++)
        {
            var begins = row == 0 || groups[row] != groups[row - 1];
            if (begins && !known.Add(groups[row]))
                throw new ArgumentException(
                    $"The examples of group {groups[row]} are not adjacent: it begins again at row {row}. Sort the examples by group.");
        }
        return new ExampleSet(this, (int[])[.. new int[_first], .. groups]);
    }

    /// <summary>[GroupCount + 1]: the first row of each group, then the number of rows.</summary>
    internal int[] GroupStarts()
    {
        var groups = Groups;
        var starts = new int[GroupCount + 1];
        for (int row = 0, group = 0; row < groups.Length; row++)
            if (row == 0 || groups[row] != groups[row - 1]) starts[group++] = row;
        starts[^1] = groups.Length;
        return starts;
    }

    private int[]? GroupsWith(ExampleSet by)
    {
        if (_groups is null || by._groups is null) return null;

        // The two sets may use the same integers for different groups.
        var joined = new int[Count + by.Count];
        var group = 0;
        Number(Groups, joined.AsSpan(0, Count), ref group);
        Number(by.Groups, joined.AsSpan(Count), ref group);
        return joined;
    }

    private static void Number(ReadOnlySpan<int> groups, Span<int> numbered, ref int group)
    {
        for (var row = 0; row < groups.Length; row++)
        {
            if (row > 0 && groups[row] != groups[row - 1]) group++;
            numbered[row] = group;
        }
        group++;
    }
}
