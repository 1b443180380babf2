using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class BatchPartitionTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(8)]
    public void Shares_cover_all_rows_once_and_never_divide_a_part(int shares)
    {
        int[] starts = [0, 3, 4, 9, 10, 15];
        foreach (var partition in new[] { BatchPartition.OfRows(15), BatchPartition.OfGroups(starts) })
        {
            var next = 0;
            for (var share = 0; share < shares; share++)
            {
                var (first, count) = partition.Share(share, shares);
                Assert.Equal(next, first);
                next += count;
                if (partition.Count < 15) Assert.Contains(next, starts);
            }
            Assert.Equal(15, next);
        }
    }

    [Theory, InlineData(1), InlineData(4), InlineData(6), InlineData(100)]
    public void Portions_are_whole_parts_within_the_limit_where_a_part_fits(int limit)
    {
        int[] starts = [0, 3, 4, 9, 10, 15];
        var partition = BatchPartition.OfGroups(starts);
        for (var next = 0; next < 15;)
        {
            var count = partition.PortionFrom(next, 15, limit);
            Assert.Contains(next + count, starts);
            Assert.True(count <= limit || next + count == starts[Array.IndexOf(starts, next) + 1], $"{count} rows from row {next}");
            next += count;
        }
        Assert.Equal(Math.Min(limit, 7), BatchPartition.OfRows(10).PortionFrom(3, 10, limit));
    }

    [Theory]
    [InlineData(new int[0], "first must begin at row 0")]
    [InlineData(new[] { 1, 3 }, "first must begin at row 0")]
    [InlineData(new[] { 0, 3, 3 }, "No group may be empty")]
    public void Groups_that_do_not_rise_are_refused(int[] starts, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => BatchPartition.OfGroups(starts)).Message, StringComparison.Ordinal);
}
