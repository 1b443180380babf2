using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Sorting in chunks gives what .NET's sort gives, and is checked in between.</summary>
public class ChunkedSortTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(8), InlineData(100), InlineData(1000), InlineData(1023)]
    public void Values_are_sorted_as_by_the_library(int count)
    {
        var values = Values(count);
        float[] expected = [.. values.Order()], items = [.. values];
        int[] order = [.. Enumerable.Range(0, count)];
        var checks = 0;
        var meter = new WorkMeter(() => checks++, portion: 1);

        ChunkedSort.Sort(values.AsSpan(), meter, largestWhole: 7, largestChunk: 8);
        TestNumbers.AssertSameBits(expected, values);
        Assert.InRange(checks, count / 8, int.MaxValue);

        float[] keys = [.. items];
        ChunkedSort.Sort(keys, order, meter, largestWhole: 7, largestChunk: 8);
        TestNumbers.AssertSameBits(expected, keys);
        TestNumbers.AssertSameBits(expected, [.. order.Select(i => items[i])]);
        Assert.Equal(Enumerable.Range(0, count), order.Order());
    }

    [Fact]
    public void A_check_that_throws_ends_it()
    {
        var values = Values(1000);
        var meter = new WorkMeter(() => throw new OperationCanceledException(), portion: 64 * 100);
        Assert.Throws<OperationCanceledException>(() => ChunkedSort.Sort(values.AsSpan(), meter, largestWhole: 7, largestChunk: 8));
    }

    // Some are equal, and NaN comes first.
    private static float[] Values(int count)
    {
        var values = TestNumbers.Normal(count, seed: count);
        for (var i = 0; i < count; i++) values[i] = i % 97 == 3 ? float.NaN : MathF.Round(values[i], 1) + 0f;
        return values;
    }
}
