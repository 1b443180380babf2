using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Laws of the random numbers. Seeds are fixed, so a bound that holds today holds tomorrow.</summary>
public class RandomSequenceTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Same_seed_purpose_and_index_give_the_same_numbers() =>
        Assert.Equal(First(3, RandomPurpose.Shuffling, 5), First(3, RandomPurpose.Shuffling, 5));

    [Fact]
    public void Another_seed_purpose_or_index_gives_other_numbers()
    {
        var keys = from seed in (int[])[int.MinValue, -1, 0, 1, 2, int.MaxValue]
                   from purpose in Enum.GetValues<RandomPurpose>()
                   from index in (int[])[0, 1, 2, 1000]
                   select First(seed, purpose, index)[0];
        Assert.Distinct(keys);
    }

    // Sequences with neighbouring keys must not be the same numbers shifted, as they are where the key is the counter.
    [Fact]
    public void Sequences_of_neighbouring_keys_do_not_overlap()
    {
        var all = from seed in (int[])[0, 1, 2]
                  from index in (int[])[0, 1, 2, 3]
                  from bits in First(seed, RandomPurpose.Initialization, index, count: 1000)
                  select bits;
        Assert.Distinct(all);
    }

    // Saved seeds must mean the same tomorrow; these first numbers may never change.
    [Fact]
    public void Numbers_are_those_of_earlier_versions() =>
        Assert.Equal([0x1661022B0A5D63E0, 0x0E1E529B97B904D7, 0xBE1A3A5C261AD3BF], First(42, RandomPurpose.Shuffling, 7, count: 3));

    [Fact]
    public void Uniform_numbers_fill_zero_to_one_evenly()
    {
        var numbers = Draw(r => r.NextUniform());
        Assert.All(numbers, u => Assert.True(u is >= 0 and < 1));
        Assert.Equal(0.5, numbers.Average(), 0.003);
        Assert.Equal(1.0 / 12, numbers.Average(u => (u - 0.5) * (u - 0.5)), 0.001);
        Assert.InRange(ChiSquare(numbers.Select(u => (int)(u * 100)), cells: 100), 50, 160);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        var numbers = Draw(r => r.NextNormal());
        Assert.Equal(0, numbers.Average(), 0.01);
        Assert.Equal(1, numbers.Average(z => z * z), 0.015);
        Assert.Equal(0, numbers.Average(z => z * z * z), 0.04);
        Assert.Equal(3, numbers.Average(z => z * z * z * z), 0.12);
        // Both of a pair come from one radius and one angle, but they are independent.
        Assert.Equal(0, numbers.Zip(numbers.Skip(1), (a, b) => a * b).Average(), 0.01);
        Assert.Equal(0.0455, numbers.Count(z => Math.Abs(z) > 2) / (double)Draws, 0.002);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(37)]
    public void Indices_below_a_bound_are_equally_likely(int bound)
    {
        var indices = Draw(r => r.NextIndex(bound)).ToList();
        Assert.All(indices, i => Assert.InRange(i, 0, bound - 1));
        // Mean bound − 1, standard deviation √(2·(bound − 1)); five of them are never met by chance.
        Assert.InRange(ChiSquare(indices, bound), 0, bound - 1 + 5 * Math.Sqrt(2.0 * (bound - 1)));
    }

    [Fact]
    public void Indices_below_the_largest_bound_spread_over_all_of_it()
    {
        var indices = Draw(r => r.NextIndex(int.MaxValue));
        Assert.InRange(ChiSquare(indices.Select(i => (int)(i / (int.MaxValue / 100.0))), cells: 100), 50, 160);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_bound_below_one_is_refused(int bound) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomSequence(0, RandomPurpose.Shuffling).NextIndex(bound));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_shuffle_is_a_permutation(int count)
    {
        int[] items = [.. Enumerable.Range(0, count)];
        new RandomSequence(1, RandomPurpose.Shuffling).Shuffle(items);
        Assert.Equal(Enumerable.Range(0, count), items.Order());
        if (count > 100) Assert.NotEqual(Enumerable.Range(0, count), items);
    }

    [Fact]
    public void All_orders_of_four_items_are_about_equally_often_dealt()
    {
        var orders = Draw(r =>
        {
            int[] items = [0, 1, 2, 3];
            r.Shuffle(items);
            return string.Concat(items);
        }).CountBy(order => order).ToList();
        Assert.Equal(24, orders.Count);
        var expected = Draws / 24.0;
        Assert.InRange(orders.Sum(o => (o.Value - expected) * (o.Value - expected) / expected), 0, 23 + 5 * Math.Sqrt(46));
    }

    private static ulong[] First(int seed, RandomPurpose purpose, int index, int count = 4)
    {
        var random = new RandomSequence(seed, purpose, index);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextBits())];
    }

    private static List<T> Draw<T>(Func<RandomSequence, T> next)
    {
        var random = new RandomSequence(2024, RandomPurpose.Shuffling);
        return [.. Enumerable.Range(0, Draws).Select(_ => next(random))];
    }

    private static double ChiSquare(IEnumerable<int> draws, int cells)
    {
        var counts = new int[cells];
        foreach (var draw in draws) counts[draw]++;
        var expected = Draws / (double)cells;
        return counts.Sum(n => (n - expected) * (n - expected) / expected);
    }
}
