using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class GroupMinibatchesTests
{
    public static TheoryData<int[], int> Cases => new()
    {
        { [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], 8 },
        { [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], 1 },
        { [100, 1, 1, 1], 10 }, // a group larger than a batch
        { [1, 1, 1, 100], 10 },
        { [7], 3 },
        { [2, 2, 2], int.MaxValue },
    };

    [Theory, MemberData(nameof(Cases))]
    public void An_epoch_has_every_row_once_in_whole_groups(int[] sizes, int batchSize)
    {
        var groups = GroupsOf(sizes);
        var batches = new GroupMinibatches(new ExampleSet([.. groups.Select(group => (float)group)], 1, new float[groups.Length])
            .WithGroups(groups), batchSize, null, null);
        var expected = Math.Min(sizes.Length, (groups.Length - 1) / Math.Min(batchSize, groups.Length) + 1);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            if (epoch > 0) batches.BeginPass(epoch, new RandomSequence(3, RandomPurpose.Shuffling, epoch));
            Assert.Equal(expected, batches.Count);
            List<int> rows = [];
            for (var b = 0; b < batches.Count; b++)
            {
                var ofBatch = batches.RowsOf(b).ToArray();
                Assert.Equal(ofBatch.Length, batches.SizeOf(b));
                Assert.InRange(ofBatch.Length, 1, batches.BatchSize);
                rows.AddRange(ofBatch);
                AssertParts(batches.PartitionOf(b), ofBatch, groups, sizes);
            }
            Assert.Equal(Enumerable.Range(0, groups.Length), rows.Order());
        }
    }

    [Fact]
    public void Groups_come_in_another_order_in_every_epoch_and_the_same_for_the_same_seed()
    {
        var groups = GroupsOf([.. Enumerable.Repeat(3, 50)]);
        var batches = new GroupMinibatches(new ExampleSet(new float[150], 1, new float[150]).WithGroups(groups), 32, null, null);
        var (first, second, again) = (OrderOf(1), OrderOf(2), OrderOf(1));
        Assert.NotEqual(first, second);
        Assert.Equal(first, again);

        int[] OrderOf(int epoch)
        {
            batches.BeginPass(epoch, new RandomSequence(3, RandomPurpose.Shuffling, epoch));
            return [.. Enumerable.Range(0, batches.Count).SelectMany(b => batches.RowsOf(b).ToArray())];
        }
    }

    [Fact]
    public void A_batch_has_the_weights_of_its_groups()
    {
        float[] weights = [2, 2, 2, 0.5f, 0.5f, 4];
        var examples = new ExampleSet(new float[6], 1, new float[6], 1, weights).WithGroups([5, 5, 5, 1, 1, 9]);
        var batches = new GroupMinibatches(examples, 6, null, null);
        var totals = new double[1];
        batches.TotalWeights(0, totals);
        Assert.Equal(6.5, totals[0]);
    }

    private static void AssertParts(BatchPartition partition, int[] rows, int[] groups, int[] sizes)
    {
        Assert.Equal(rows.Length, partition.Rows);
        var parts = 0;
        for (int first = 0, count; first < rows.Length; first += count, parts++)
        {
            count = partition.RowsOfPart(first);
            var group = groups[rows[first]];
            Assert.Equal(sizes[group], count);
            Assert.All(rows.AsSpan(first, count).ToArray(), row => Assert.Equal(group, groups[row]));
        }
        Assert.Equal(parts, partition.Count);
        for (int share = 0, next = 0; share < 3; share++)
        {
            var (first, count) = partition.Share(share, 3);
            Assert.Equal(next, first);
            next += count;
            if (count > 0 && next < rows.Length) Assert.NotEqual(groups[rows[next - 1]], groups[rows[next]]);
            Assert.True(share < 2 || next == rows.Length);
        }
    }

    private static int[] GroupsOf(int[] sizes) => [.. sizes.SelectMany((size, group) => Enumerable.Repeat(group, size))];
}
