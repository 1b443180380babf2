using Backprop.Distribution;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Schedules whose times can be counted by hand.</summary>
public class ListScheduleTests
{
    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 0.9)] // 9 in 5: the ranks end at 5 and 4
    [InlineData(3, 0.75)] // 4 units for the item of 4, 12 in all
    [InlineData(9, 0.25)] // 9 of 36
    public void The_last_rank_decides_the_time(int ranks, double expected) =>
        Assert.Equal(expected, ListSchedule.Speedup([4, 1, 1, 1, 1, 1], [.. Enumerable.Repeat(1.0, ranks)]) / ranks, 1e-12);

    // The same items with the longest at the end: on two ranks, it starts at 2.
    [Fact]
    public void Items_start_in_their_order() =>
        Assert.Equal(9 / (2 * 6.0), ListSchedule.Speedup([1, 1, 1, 1, 1, 4], [1, 1]) / 2, 1e-12);

    // The fast worker ends at 2, and does the third item: until 4. The slow one needs 4 for its own.
    [Fact]
    public void A_worker_of_twice_the_speed_needs_half_the_time() =>
        Assert.Equal(12 / 4.0, ListSchedule.Speedup([4, 4, 4], [2, 1]), 1e-12);
}
