using Backprop.Distribution;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Divisions of ranks into groups, and predictions that can be counted by hand.</summary>
public class GroupPlanTests
{
    // The first batch of the default search: one whole trial, and ten of a quarter of its epochs.
    private static readonly double[] Search = [1, .. Enumerable.Repeat(0.25, 10)];

    [Fact]
    public void Each_rank_is_in_one_group_of_neighbours_and_the_first_groups_are_the_largest()
    {
        for (var ranks = 1; ranks <= 20; ranks++)
            for (var count = 1; count <= ranks; count++)
            {
                var groups = new RankGroups(ranks, count);
                var members = Enumerable.Range(0, count)
                    .Select(group => Enumerable.Range(groups.FirstOf(group), groups.SizeOf(group)).ToArray()).ToArray();
                Assert.Equal(Enumerable.Range(0, ranks), members.SelectMany(group => group));
                foreach (var (group, own) in members.Index()) Assert.All(own, rank => Assert.Equal(group, groups.GroupOf(rank)));
                var sizes = members.Select(group => group.Length).ToArray();
                Assert.Equal(sizes.OrderDescending(), sizes);
                Assert.Equal((sizes[^1], sizes[0]), (groups.MinSize, groups.MaxSize));
                Assert.InRange(sizes[0] - sizes[^1], 0, 1);
            }
    }

    [Theory]
    [InlineData(4, 8, 1, 4.0)] // a single item is divided
    [InlineData(3, 8, 1, 8 / 3.0)]
    [InlineData(4, 5, 1, 2.5)] // one of four ranks has two of five members
    public void A_single_item_is_divided_among_all_ranks(int ranks, int members, int groups, double speedup)
    {
        var plan = GroupPlan.Best(ranks, [1], members);
        Assert.Equal(groups, plan.Groups.Count);
        Assert.Equal(speedup, plan.Speedup, 1e-12);
    }

    [Theory]
    [InlineData(4, 8, 4)] // as many items as ranks: nothing is divided
    [InlineData(8, 8, 4)]
    [InlineData(16, 8, 4)]
    [InlineData(32, 8, 4)]
    [InlineData(8, 1, 8)] // members that cannot be divided
    public void Equal_items_have_a_group_each(int ranks, int members, int groups)
    {
        var plan = GroupPlan.Best(ranks, [1, 1, 1, 1], members);
        Assert.Equal(groups, plan.Groups.Count);
        Assert.Equal(members == 1 ? 4 : ranks, plan.Speedup, 1e-12);
    }

    [Theory]
    [InlineData(2, 2, 2.0)] // one rank has the whole trial and three short ones, the other seven
    [InlineData(4, 2, 4.0)] // four groups would wait for the whole trial: 3.5
    [InlineData(8, 2, 8.0)]
    [InlineData(16, 2, 16.0)]
    [InlineData(64, 9, 28.0)] // the first group has 8 ranks: the whole trial needs an eighth of its time, and the others end before
    public void A_search_has_groups_that_end_together(int ranks, int groups, double speedup)
    {
        var plan = GroupPlan.Best(ranks, Search, members: 8);
        Assert.Equal(groups, plan.Groups.Count);
        Assert.Equal(speedup, plan.Speedup, 1e-12);
    }

    [Fact]
    public void The_efficiency_is_that_of_items_times_that_of_members()
    {
        foreach (var (groups, size, members) in new[] { (3, 2, 5), (4, 4, 8), (2, 3, 8), (5, 1, 6) })
            Assert.Equal(
                ListSchedule.Speedup(Search, [.. Enumerable.Repeat(1.0, groups)]) / groups
                * members / (size * Math.Ceiling((double)members / size)),
                GroupPlan.OfSize(groups * size, size, Search, members).Efficiency, 1e-12);
    }

    [Fact]
    public void No_other_size_is_predicted_to_be_faster()
    {
        for (var ranks = 1; ranks <= 40; ranks++)
            foreach (var members in (int[])[2, 5, 8])
            {
                var best = GroupPlan.Best(ranks, Search, members);
                for (var size = 1; size <= ranks; size++)
                {
                    var other = GroupPlan.OfSize(ranks, size, Search, members);
                    Assert.InRange(other.Speedup, 0, best.Speedup + 1e-9);
                    if (other.Speedup > best.Speedup - 1e-9) Assert.InRange(best.Groups.MaxSize, 1, other.Groups.MaxSize);
                }
            }
    }

    // Groups of 3 and 2 ranks train 8 members 8/3 and 2 times as fast as one rank. The first item ends at 3/8.
    [Fact]
    public void Remaining_ranks_join_the_first_groups()
    {
        var plan = GroupPlan.OfSize(7, 2, [1, 1, 1], members: 8);
        Assert.Equal((3, 3, 2), (plan.Groups.Count, plan.Groups.MaxSize, plan.Groups.MinSize));
        Assert.Equal(3 / 0.5, plan.Speedup, 1e-12);
        Assert.Equal(
            "7 ranks in 3 groups of 3 or 2 ranks share 3 trials of 8 members at a time: the predicted efficiency is 0.86.",
            plan.Describe("trial"));
    }

    [Fact]
    public void The_plan_is_one_line()
    {
        Assert.Equal(
            "8 ranks in 2 groups of 4 ranks share 11 trials of 8 members at a time: the predicted efficiency is 1.00.",
            GroupPlan.Best(8, Search, members: 8).Describe("trial"));
        Assert.Equal(
            "10 ranks in 2 groups of 5 ranks share 11 trials of 5 members at a time: the predicted efficiency is 1.00.",
            GroupPlan.Best(10, Search, members: 5).Describe("trial"));
        Assert.Equal(
            "2 ranks share 11 trials at a time: the predicted efficiency is 1.00.",
            GroupPlan.Best(2, Search, members: 1).Describe("trial"));
        Assert.Equal(
            "5 ranks in 1 group of 5 ranks share 1 trial of 3 members at a time: the predicted efficiency is 0.60. 2 ranks without members "
            + "wait for the others of a group.",
            GroupPlan.OfSize(5, 5, [1], members: 3).Describe("trial"));
        Assert.Equal(
            "8 ranks in 3 groups of 3 or 2 ranks share 3 models at a time: the predicted efficiency is 0.75.",
            GroupPlan.Even(8, null, [1, 1, 1]).Describe("model"));
    }

    [Fact]
    public void A_warning_names_the_efficiency_and_a_better_number_of_ranks()
    {
        Assert.Null(GroupPlan.Best(8, [1, 1, 1, 1, 1], members: 1).Warning("model")); // 5 of 8
        Assert.Equal(
            "12 ranks are too many for 5 models at a time: the predicted efficiency is 0.42, so most of the time, ranks wait. 10 ranks "
            + "have an efficiency of 0.50.",
            GroupPlan.Best(12, [1, 1, 1, 1, 1], members: 1).Warning("model"));
        Assert.Equal(
            "64 ranks are too many for 11 trials of 8 members at a time: the predicted efficiency is 0.44, so most of the time, ranks "
            + "wait. 56 ranks in 7 groups of 8 ranks have an efficiency of 0.50.",
            GroupPlan.Best(64, Search, members: 8).Warning("trial"));
        Assert.Equal(
            "8 ranks in groups of 8 ranks are too many for 4 trials of 2 members at a time: the predicted efficiency is 0.25, so most of "
            + "the time, ranks wait. 8 ranks in 4 groups of 2 ranks have an efficiency of 1.00.",
            GroupPlan.OfSize(8, 8, [1, 1, 1, 1], members: 2).Warning("trial"));
    }
}
