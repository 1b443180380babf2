using Backprop.Numerics;

namespace Backprop.Core.Tests;

/// <summary>Repeatable numbers to test with.</summary>
internal static class TestNumbers
{
    /// <summary>Normal with mean 0 and standard deviation <paramref name="scale"/>.</summary>
    public static float[] Normal(int count, int seed, double scale = 1)
    {
        var random = new RandomSequence(seed, RandomPurpose.Initialization);
        var numbers = new float[count];
        foreach (ref var number in numbers.AsSpan()) number = (float)(scale * random.NextNormal());
        return numbers;
    }

    /// <summary>NaN everywhere, so a number that nobody assigns cannot hide.</summary>
    public static float[] Unassigned(int count)
    {
        var numbers = new float[count];
        Array.Fill(numbers, float.NaN);
        return numbers;
    }

    /// <summary>Fails unless the two are the same to the last bit.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(Bits(expected), Bits(actual));

    /// <summary>The bits of every number: unlike ==, they tell −0 from 0 and equal NaN.</summary>
    public static int[] Bits(ReadOnlySpan<float> numbers)
    {
        var bits = new int[numbers.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(numbers[i]);
        return bits;
    }

    /// <summary>Fails where two numbers differ by more than <paramref name="tolerance"/>.</summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }
}
