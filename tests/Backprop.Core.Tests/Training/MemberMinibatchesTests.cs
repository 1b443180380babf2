using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Every member of an ensemble has rows of its own in each batch.</summary>
public class MemberMinibatchesTests
{
    private const int EnsembleSize = 3;

    // Folds of 5, 2 and 4 rows.
    private static readonly int[] Folds = [0, 1, 0, 2, 0, 0, 2, 2, 1, 0, 2];

    // Row i has the features i and −i, the target 10·i and the weight i + 1.
    private static readonly ExampleSet Examples = new ExampleSet(
        [.. Folds.SelectMany((_, i) => (float[])[i, -i])], 2,
        [.. Folds.Select((_, i) => 10f * i)], 1,
        [.. Folds.Select((_, i) => i + 1f)]).WithFolds(Folds, EnsembleSize);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void In_each_pass_each_member_gets_each_of_its_rows_once(bool ofOwnFold, bool isEven)
    {
        using var batches = new MemberMinibatches(Examples, batchSize: 4, null, null, ofOwnFold, isEven);
        for (var pass = 1; pass <= 3; pass++)
        {
            if (pass > 1) batches.BeginPass(pass, new RandomSequence(1, RandomPurpose.Shuffling, pass));
            var dealt = Dealt(batches);
            for (var member = 0; member < EnsembleSize; member++)
                Assert.Equal(
                    Enumerable.Range(0, Folds.Length).Where(row => (Folds[row] == member) == ofOwnFold),
                    dealt.Where(example => example.Member == member).Select(example => example.Row).Order());
        }
    }

    // Nine rows to learn from, at most, in batches of two for each of three members.
    [Fact]
    public void A_pass_is_as_long_as_the_member_with_most_rows_needs()
    {
        using var batches = new MemberMinibatches(Examples, batchSize: 2, null, null, ofOwnFold: false);
        Assert.Equal((9, 5, 2, EnsembleSize), (batches.ExampleCount, batches.Count, batches.BatchSize, batches.ExamplesPerRow));
        Assert.Equal([2, 2, 2, 2, 1], Enumerable.Range(0, 5).Select(batches.SizeOf));
        Assert.Equal(27, Enumerable.Range(0, 5).Sum(b => batches.RowsOf(b).Length));
        using var even = new MemberMinibatches(Examples, batchSize: 4, null, null, ofOwnFold: false, isEven: true);
        Assert.Equal([3, 3, 3], Enumerable.Range(0, even.Count).Select(even.SizeOf));
    }

    [Fact]
    public void What_fills_up_a_row_counts_for_nothing()
    {
        using var batches = new MemberMinibatches(Examples, batchSize: 3, null, null, ofOwnFold: true);
        var totals = new double[EnsembleSize];
        batches.TotalWeights(0, totals);
        Assert.Equal([1.0 + 3 + 5, 2 + 9, 4 + 7 + 8], totals);
        batches.TotalWeights(1, totals);
        Assert.Equal([6.0 + 10, 0, 11], totals);
        batches.Gather(1, 0, 2);
        Assert.Equal([6, 0, 11, 10, 0, 0], batches[1].Weights.ToArray());
    }

    [Fact]
    public void Members_see_their_rows_in_orders_of_their_own_that_depend_on_the_pass_alone()
    {
        using MemberMinibatches batches = new(Examples, 4, null, null, ofOwnFold: false),
            others = new(Examples, 4, null, null, ofOwnFold: false);
        var first = Orders(batches, pass: 1);
        Assert.NotEqual(first[0].Intersect(first[2]), first[2].Intersect(first[0]));
        Orders(batches, pass: 2);
        Assert.Equal(first, Orders(batches, pass: 1));
        Assert.NotEqual(first, Orders(others, pass: 2));
    }

    [Fact]
    public void A_member_whose_fold_is_empty_judges_nothing()
    {
        using var batches = new MemberMinibatches(
            new ExampleSet([1, 2, 3], 1, [1, 2, 3]).WithFolds([0, 0, 2], EnsembleSize), batchSize: 8, null, null, ofOwnFold: true);
        Assert.Equal([(0, 0), (1, 0), (2, 2)], Dealt(batches).Order());
    }

    private static int[][] Orders(MemberMinibatches batches, int pass)
    {
        batches.BeginPass(pass, new RandomSequence(1, RandomPurpose.Shuffling, pass));
        var dealt = Dealt(batches);
        return [
            .. Enumerable.Range(0, EnsembleSize).Select(
                member => dealt.Where(example => example.Member == member).Select(example => example.Row).ToArray())];
    }

    // What is really gathered and counts, told by its features; in two pieces, as two threads would.
    private static List<(int Row, int Member)> Dealt(MemberMinibatches batches)
    {
        var dealt = new List<(int, int)>();
        for (var b = 0; b < batches.Count; b++)
        {
            var rows = batches.SizeOf(b);
            batches.Gather(b, rows / 2, rows - rows / 2);
            batches.Gather(b, 0, rows / 2);
            for (var i = 0; i < rows * EnsembleSize; i++)
                if (batches[b].Weights[i] > 0) dealt.Add((batches.RowsOf(b)[i], i % EnsembleSize));
            for (var i = 0; i < rows * EnsembleSize; i++)
                if (batches[b].X.Columns == 2)
                    Assert.Equal(
                        [batches.RowsOf(b)[i], -batches.RowsOf(b)[i], 10 * batches.RowsOf(b)[i]],
                        [.. batches[b].X.Row(i), .. batches[b].Y.Row(i)]);
        }
        return dealt;
    }
}
