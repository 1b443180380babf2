using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class MinibatchesTests
{
    [Fact]
    public void Without_a_shuffle_rows_come_in_order_and_the_last_batch_may_be_smaller()
    {
        var batches = new Minibatches(Counting(5), batchSize: 2, null, null);
        Assert.Equal(3, batches.Count);
        Assert.Equal([0f, 1f], Gathered(batches, 0).X.Values.ToArray());
        Assert.Equal([2f, 3f], Gathered(batches, 1).X.Values.ToArray());
        Assert.Equal([4f], Gathered(batches, 2).X.Values.ToArray());
    }

    [Theory]
    [InlineData(770, 256, 4, 192, 193)]
    [InlineData(99_841, 256, 391, 255, 256)]
    [InlineData(256, 256, 1, 256, 256)]
    [InlineData(257, 256, 2, 128, 129)]
    [InlineData(5, 8, 1, 5, 5)]
    public void Even_batches_differ_by_one_row_at_most_and_have_every_row_once(int rows, int batchSize, int count, int least, int most)
    {
        var batches = new Minibatches(Counting(rows), batchSize, null, null, isEven: true);
        int[] sizes = [.. Enumerable.Range(0, batches.Count).Select(batches.SizeOf)];
        Assert.Equal((count, least, most), (batches.Count, sizes.Min(), sizes.Max()));
        Assert.Equal(Enumerable.Range(0, rows).Select(row => (float)row), Pass(batches, epoch: 1).Order());
    }

    [Fact]
    public void Features_targets_and_weights_of_a_row_stay_together()
    {
        var batches = new Minibatches(Counting(100), batchSize: 7, null, null);
        batches.BeginPass(1, new RandomSequence(1, RandomPurpose.Shuffling, 1));
        for (var b = 0; b < batches.Count; b++)
        {
            var batch = Gathered(batches, b);
            for (var i = 0; i < batch.X.Rows; i++)
            {
                var row = batch.X.Row(i)[0];
                Assert.Equal(10 * row, batch.Y.Row(i)[0]);
                Assert.Equal(row + 1, batch.Weights[i]);
            }
        }
    }

    [Fact]
    public void Every_pass_shows_every_row_once_in_an_order_of_its_own()
    {
        var batches = new Minibatches(Counting(100), batchSize: 7, null, null);
        var first = Pass(batches, epoch: 1);
        var second = Pass(batches, epoch: 2);
        Assert.Equal(Pass(batches, epoch: 0, shuffle: false).Order(), first.Order());
        Assert.Equal(first.Order(), second.Order());
        Assert.NotEqual(first.Order(), first);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void The_order_of_an_epoch_does_not_depend_on_earlier_epochs()
    {
        var used = new Minibatches(Counting(100), batchSize: 7, null, null);
        Pass(used, epoch: 1);
        Assert.Equal(Pass(new Minibatches(Counting(100), batchSize: 7, null, null), epoch: 2), Pass(used, epoch: 2));
    }

    [Fact]
    public void A_batch_is_never_larger_than_the_data()
    {
        var batches = new Minibatches(Counting(3), TrainingOptions.FullBatch, null, null);
        Assert.Equal((1, 3), (batches.Count, batches.BatchSize));
        Assert.Equal(1.0 + 2 + 3, TotalWeight(batches));
    }

    [Fact]
    public void Without_weights_a_batch_counts_its_rows() =>
        Assert.Equal(3, TotalWeight(new Minibatches(new ExampleSet([1, 2, 3], 1, [1, 2, 3]), 5, null, null)));

    [Fact]
    public void Rows_come_standardized()
    {
        var batch = Gathered(new Minibatches(Counting(3), 3, new Standardization([1], [2]), new Standardization([10], [0.1f])), 0);
        Assert.Equal([-2f, 0f, 2f], batch.X.Values.ToArray());
        Assert.Equal([-1f, 0f, 1f], batch.Y.Values.ToArray());
    }

    // Row i has the feature i, the target 10·i and the weight i + 1.
    private static ExampleSet Counting(int rows) => new(
        [.. Enumerable.Range(0, rows).Select(i => (float)i)], 1,
        [.. Enumerable.Range(0, rows).Select(i => 10f * i)], 1,
        [.. Enumerable.Range(0, rows).Select(i => i + 1f)]);

    private static List<float> Pass(Minibatches batches, int epoch, bool shuffle = true)
    {
        if (shuffle) batches.BeginPass(1, new RandomSequence(1, RandomPurpose.Shuffling, epoch));
        List<float> rows = [];
        for (var b = 0; b < batches.Count; b++) rows.AddRange(Gathered(batches, b).X.Values);
        return rows;
    }

    private static double TotalWeight(Minibatches batches)
    {
        var totals = new double[1];
        batches.TotalWeights(0, totals);
        return totals[0];
    }

    // In two pieces, as two threads would.
    private static Minibatch Gathered(Minibatches batches, int index)
    {
        var count = batches.SizeOf(index);
        batches.Gather(index, count / 2, count - count / 2);
        batches.Gather(index, 0, count / 2);
        return batches[index];
    }
}
