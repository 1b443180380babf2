using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
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

    /// <summary>Parameters of a layer; those that it measures are positive, as variances are.</summary>
    public static double[] ParametersOf(Layer layer, int seed)
    {
        var points = AwayFromZero(layer.ParameterCount, seed);
        if (layer.IsFitted)
        {
            layer.Initialize(points, new GlorotUniform(), new RandomSequence(seed, RandomPurpose.Initialization)); // boundaries are sorted
            return points;
        }
        var first = 0;
        foreach (var (_, length, role) in layer.Blocks)
        {
            for (var i = first; role == ParameterRole.Statistic && i < first + length; i++) points[i] = Math.Abs(points[i]);
            first += length;
        }
        return points;
    }

    /// <summary>Parameters of all layers of a network.</summary>
    public static double[] ParametersOf(Network network, int seed) =>
        [.. network.Layers.SelectMany((layer, l) => ParametersOf(layer, seed + l))];

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
