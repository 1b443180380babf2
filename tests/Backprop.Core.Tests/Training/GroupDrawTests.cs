using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Groups of rows that are kept from training.</summary>
public class GroupDrawTests
{
    private const ulong Hashes = 1UL << 30;

    [Fact]
    public void Of_few_groups_no_other_choice_is_nearer_to_the_share()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var groups = Groups(2 + seed % 9, random, most: 50);
            var fraction = 0.05 + 0.9 * random.NextDouble();
            var share = fraction * groups.Values.Sum();
            var kept = GroupDraw.Of(groups, fraction, Hashes);
            Assert.InRange(kept.Count, 1, groups.Count - 1);
            Assert.Equal(NearestOfAllChoices([.. groups.Values], share), Math.Abs(kept.Sum(group => groups[group]) - share), 1e-9);
        }
    }

    [Fact]
    public void Groups_that_are_as_large_as_each_other_change_with_their_hashes()
    {
        var kept = Enumerable.Range(0, 30).Select(seed =>
        {
            var random = new Random(seed);
            uint[] hashes = [.. Enumerable.Range(0, 5).Select(_ => (uint)random.Next(1 << 30))]; // by subject
            return Array.IndexOf(hashes, GroupDraw.Of(hashes.ToDictionary(hash => hash, _ => 20L), 0.2, Hashes).Single());
        });
        Assert.Equal([0, 1, 2, 3, 4], kept.Distinct().Order());
    }

    [Fact]
    public void Of_many_groups_the_draw_by_hash_stays_where_it_is_near_and_is_mended_where_it_is_not()
    {
        var stayed = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var groups = Groups(200, new Random(seed), most: 5);
            long all = groups.Values.Sum(), byHash = groups.Where(group => group.Key < 0.2 * Hashes).Sum(group => group.Value);
            var kept = GroupDraw.Of(groups, 0.2, Hashes);
            Assert.InRange(kept.Sum(group => groups[group]) / (0.2 * all), 0.95, 1.05);
            if (Math.Abs(byHash / (0.2 * all) - 1) > 0.05) continue;
            Assert.Equal(groups.Keys.Where(group => group < 0.2 * Hashes).Order(), kept.Order());
            stayed++;
        }
        Assert.InRange(stayed, 10, 60);
    }

    [Fact]
    public void A_group_of_nearly_all_rows_is_learned_from()
    {
        var groups = Groups(30, new Random(1), most: 3);
        var largest = groups.Keys.Min(); // the first in the order of the hashes
        groups[largest] = 10_000;
        var kept = GroupDraw.Of(groups, 0.2, Hashes);
        Assert.DoesNotContain(largest, kept);
        Assert.NotEmpty(kept);
    }

    private static Dictionary<uint, long> Groups(int count, Random random, int most)
    {
        var groups = new Dictionary<uint, long>();
        while (groups.Count < count) groups[(uint)random.Next(1 << 30)] = 1 + random.Next(most);
        return groups;
    }

    private static double NearestOfAllChoices(long[] rows, double share) => Enumerable.Range(1, (1 << rows.Length) - 2)
        .Min(choice => Math.Abs(rows.Where((_, i) => (choice & 1 << i) != 0).Sum() - share));
}
