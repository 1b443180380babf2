using System.Globalization;

namespace Backprop.Distribution;

/// <summary>Divides ranks into groups, so that items of work end soonest: each free group does the next item, and its ranks divide the
/// members of that item.</summary>
/// <remarks>A group of m ranks needs the time of ⌈k/m⌉ of k members, so its speed is k/⌈k/m⌉. The time of the items follows from
/// <see cref="ListSchedule"/>. Exchanges within groups are not part of this prediction, so equal predictions prefer small groups.</remarks>
internal sealed class GroupPlan
{
    private const double MinEfficiency = 0.5;

    // Other groups must be faster by more than a rounding.
    private const double Tolerance = 1e-9;

    private readonly IReadOnlyList<double> _costs;
    private readonly int? _members;
    private readonly bool _isPlanned;

    private GroupPlan(RankGroups groups, IReadOnlyList<double> costs, int? members, bool isPlanned)
    {
        (Groups, _costs, _members, _isPlanned) = (groups, costs, members, isPlanned);
        Speedup = ListSchedule.Speedup(costs, [.. Enumerable.Range(0, groups.Count).Select(group => SpeedOf(groups.SizeOf(group)))]);
    }

    /// <summary>The groups.</summary>
    public RankGroups Groups { get; }

    /// <summary>How many times faster than one rank the groups are, by prediction.</summary>
    public double Speedup { get; }

    /// <summary>The share of the time in which ranks compute, by prediction.</summary>
    public double Efficiency => Speedup / Groups.Ranks;

    /// <summary>Chooses the groups with the largest predicted speed-up, and of those the smallest.</summary>
    /// <param name="ranks">The number of ranks, at least 1.</param>
    /// <param name="costs">The cost of each item that can run at the same time, above 0; at least one.</param>
    /// <param name="members">The number of members of an item that ranks can divide; 1 if they cannot.</param>
    public static GroupPlan Best(int ranks, IReadOnlyList<double> costs, int members)
    {
        var best = new GroupPlan(RankGroups.OfSingleRanks(ranks), costs, members, isPlanned: true);
        for (var groups = ranks - 1; groups > 0 && members > 1; groups--)
        {
            var other = new GroupPlan(new RankGroups(ranks, groups), costs, members, isPlanned: true);
            if (other.Speedup > best.Speedup * (1 + Tolerance)) best = other;
        }
        return best;
    }

    /// <summary>Groups of at least so many ranks, and as many groups as possible.</summary>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="size">The ranks of a group, from 1 to <paramref name="ranks"/>. Remaining ranks join the first groups.</param>
    /// <param name="costs">The cost of each item.</param>
    /// <param name="members">The number of members of an item.</param>
    public static GroupPlan OfSize(int ranks, int size, IReadOnlyList<double> costs, int members) =>
        new(new RankGroups(ranks, ranks / size), costs, members, isPlanned: false);

    /// <summary>Groups for items that their ranks divide in a way that is not known. The prediction is that they divide them
    /// evenly.</summary>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="size">The ranks of a group; null for a group for each item, as far as there are ranks.</param>
    /// <param name="costs">The cost of each item.</param>
    public static GroupPlan Even(int ranks, int? size, IReadOnlyList<double> costs) =>
        new(new RankGroups(ranks, size is { } some ? ranks / some : Math.Min(ranks, costs.Count)), costs, null, isPlanned: size is null);

    /// <summary>How many times faster than one rank some ranks train the members of an item: k/⌈k/m⌉.</summary>
    /// <param name="members">k.</param>
    /// <param name="ranks">m.</param>
    public static double SpeedOfMembers(int members, int ranks) => (double)members / ((members + ranks - 1) / ranks);

    /// <summary>Reports the plan, and warns if the ranks would wait more than they compute.</summary>
    /// <param name="item">The name of an item, in singular.</param>
    /// <param name="note">Receives <see cref="Describe"/>.</param>
    /// <param name="warn">Receives <see cref="Warning"/>.</param>
    public void Report(string item, Action<string> note, Action<string> warn)
    {
        note(Describe(item));
        if (Warning(item) is { } warning) warn(warning);
    }

    /// <summary>The plan as a line of the log.</summary>
    /// <param name="item">The name of an item, in singular.</param>
    public string Describe(string item)
    {
        var share = Groups.MaxSize == 1
            ? $"{Groups.Ranks} ranks share {WorkOf(item)}"
            : $"{Groups.Ranks} ranks in {Count(Groups.Count, "group")} of {SizesOf(Groups)} share {WorkOf(item)}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{share} at a time: the predicted efficiency is {Efficiency:F2}.{TextOfWaitingRanks()}");
    }

    /// <summary>A warning if the ranks would wait more than they compute; null otherwise.</summary>
    /// <param name="item">The name of an item, in singular.</param>
    public string? Warning(string item)
    {
        if (Efficiency >= MinEfficiency) return null;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Groups.Ranks} ranks{(_isPlanned ? "" : $" in groups of {SizesOf(Groups)}")} are too many for {WorkOf(item)} at a time: "
            + $"the predicted efficiency is {Efficiency:F2}, so most of the time, ranks wait.");
        var better = Better();
        var groups = better.Groups.MaxSize == 1 ? "" : $" in {Count(better.Groups.Count, "group")} of {SizesOf(better.Groups)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text} {Count(better.Groups.Ranks, "rank")}{groups} {(better.Groups.Ranks == 1 ? "has" : "have")} an efficiency of "
            + $"{better.Efficiency:F2}.");
    }

    // The largest number of ranks that compute for more than they wait; one rank always does.
    private GroupPlan Better()
    {
        var ranks = Groups.Ranks;
        var better = Planned(ranks);
        while (better.Efficiency < MinEfficiency) better = Planned(--ranks);
        return better;
    }

    private GroupPlan Planned(int ranks) => _members is { } members ? Best(ranks, _costs, members) : Even(ranks, null, _costs);

    private double SpeedOf(int ranks) => _members is { } members ? SpeedOfMembers(members, ranks) : ranks;

    private string WorkOf(string item) =>
        _members is > 1 ? $"{Count(_costs.Count, item)} of {_members} members" : Count(_costs.Count, item);

    private string TextOfWaitingRanks()
    {
        if (_members is not { } members || Groups.MaxSize == 1) return "";
        var waiting = Enumerable.Range(0, Groups.Count).Sum(group => Math.Max(0, Groups.SizeOf(group) - members));
        if (waiting == 0) return "";
        return $" {Count(waiting, "rank")} without members {(waiting == 1 ? "waits" : "wait")} for the others of a group.";
    }

    private static string SizesOf(RankGroups groups) => groups.MinSize == groups.MaxSize
        ? Count(groups.MinSize, "rank")
        : $"{groups.MaxSize} or {Count(groups.MinSize, "rank")}";

    private static string Count(int count, string name) => count == 1 ? $"1 {name}" : $"{count} {name}s";
}
