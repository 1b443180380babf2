using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The rows that are kept from training.</summary>
public class ValidationSplitTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.25)]
    [InlineData(0.33)]
    [InlineData(0.9)]
    public void Every_class_gives_its_share_to_one_row(double fraction)
    {
        var (random, split) = (new Random(1), new ValidationSplit(fraction, 1));
        float[] rows = [.. Enumerable.Range(0, 3000).Select(_ => MathF.Floor(3 * MathF.Pow(random.NextSingle(), 2)))];
        bool[] taken = [.. rows.Select(split.Takes)];
        for (var k = 0; k < 3; k++)
        {
            var (count, kept) = (rows.Count(row => row == k), rows.Zip(taken).Count(row => row.First == k && row.Second));
            Assert.InRange(kept, (int)(count * fraction) - 1, (int)(count * fraction) + 2);
        }
    }

    [Fact]
    public void Classes_of_one_or_two_rows_are_learned_from_whatever_the_seed()
    {
        float[] rows = [.. Enumerable.Repeat(0f, 14), 3, .. Enumerable.Repeat(1f, 13), 2, 2];
        var keptOfTwo = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var split = new ValidationSplit(0.2, seed);
            float[] kept = [.. rows.Where(split.Takes)];
            Assert.InRange(kept.Length, 4, 7); // 2 or 3 of 14, as many of 13, 1 or none of 2
            Assert.DoesNotContain(3, kept);
            Assert.InRange(kept.Count(row => row == 2), 0, 1);
            keptOfTwo += kept.Count(row => row == 2);
        }
        Assert.InRange(keptOfTwo, 40, 110); // a quarter of the seeds
    }

    [Fact]
    public void Data_that_repeats_itself_is_drawn_from_evenly()
    {
        var split = new ValidationSplit(0.1, 5);
        var places = new int[10];
        for (var row = 0; row < 10_000; row++)
            if (split.Takes(0)) places[row % 10]++;
        Assert.All(places, count => Assert.InRange(count, 60, 140)); // 100 ± 4 standard deviations
    }

    [Fact]
    public void Groups_are_taken_by_their_hash()
    {
        var split = new ValidationSplit(0.25, 1);
        Assert.Equal(25, Enumerable.Range(0, 100).Count(group => split.TakesGroup((ulong)group, 100)));
    }
}
