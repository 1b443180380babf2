using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>Random numbers to check at.</summary>
internal static class TestPoints
{
    /// <summary>±[0.1, 1.5): never near zero, where ReLU has no derivative.</summary>
    public static double[] AwayFromZero(int count, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Initialization);
        var points = new double[count];
        foreach (ref var point in points.AsSpan())
            point = (random.NextUniform() < 0.5 ? -1 : 1) * (0.1 + 1.4 * random.NextUniform());
        return points;
    }

    /// <summary>[0.2, 3): weights of examples.</summary>
    public static double[] Positive(int count, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Initialization);
        var points = new double[count];
        foreach (ref var point in points.AsSpan()) point = 0.2 + 2.8 * random.NextUniform();
        return points;
    }

    /// <summary>NaN everywhere, so a number that nobody assigns cannot hide.</summary>
    public static double[] Unassigned(int count)
    {
        var numbers = new double[count];
        Array.Fill(numbers, double.NaN);
        return numbers;
    }
}
