using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Blocks of values, added together.</summary>
public class BlockSumTests
{
    [Theory]
    [InlineData(2, 1), InlineData(4, 7), InlineData(8, 16), InlineData(8, 100), InlineData(2, 33), InlineData(4, 64)]
    public void The_order_is_that_of_a_tree(int count, int length)
    {
        var blocks = TestNumbers.Normal(count * length, seed: length, scale: 1e4);
        float[] expected = [.. Enumerable.Range(0, length).Select(i => Tree(i, 0, count))], sum = TestNumbers.Unassigned(length);
        BlockSums.Add(blocks, count, sum);
        TestNumbers.AssertSameBits(expected, sum);
        BlockSums.Add(blocks, count, blocks.AsSpan(0, length));
        TestNumbers.AssertSameBits(expected, blocks.AsSpan(0, length));

        float Tree(int i, int first, int size) =>
            size == 1 ? blocks[first * length + i] : Tree(i, first, size / 2) + Tree(i, first + size / 2, size / 2);
    }

    [Theory, InlineData(3, 4, 12), InlineData(2, 4, 9), InlineData(16, 1, 16)]
    public void Other_numbers_of_blocks_are_refused(int count, int length, int values) =>
        Assert.Throws<ArgumentException>(() => BlockSums.Add(new float[values], count, new float[length]));
}
