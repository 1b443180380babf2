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
        Assert.Equal(expected, ListSchedule.Efficiency([4, 1, 1, 1, 1, 1], ranks), 1e-12);

    // The same items with the longest at the end: on two ranks, it starts at 2.
    [Fact]
    public void Items_start_in_their_order() =>
        Assert.Equal(9 / (2 * 6.0), ListSchedule.Efficiency([1, 1, 1, 1, 1, 4], 2), 1e-12);

    [Fact]
    public void A_warning_names_the_efficiency_and_a_better_number_of_ranks()
    {
        Assert.Null(ListSchedule.Warning([1, 1, 1, 1, 1], 8, "models")); // 5 of 8
        var warning = ListSchedule.Warning([1, 1, 1, 1, 1], 12, "models")!;
        Assert.Contains("12 ranks are too many for 5 models at a time: the predicted efficiency is 0.42", warning);
        Assert.Contains("10 ranks have an efficiency of 0.50.", warning);
    }
}
