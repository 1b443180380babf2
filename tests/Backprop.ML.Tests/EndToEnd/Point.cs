using Backprop.Numerics;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.EndToEnd;

/// <summary>A row of made-up data: two features, and labels for every task. The same for the same seed.</summary>
internal sealed class Point
{
    [VectorType(2)]
    public float[] Features { get; init; } = [];

    public bool Label { get; init; }

    public string Class { get; init; } = "";

    public float Weight { get; init; }

    /// <summary>Three clouds of different centre and spread; the label tells one of them from the rest. They overlap, so the best linear
    /// model has finite coefficients.</summary>
    public static Point[] Clouds(int rows, int seed)
    {
        (double X, double Y)[] centres = [(1, -1), (2.5, 1), (0, 3)];
        return Make(rows, seed, (row, random) =>
        {
            var k = row % centres.Length;
            double x = centres[k].X + random.NextNormal(), y = centres[k].Y + 2 * random.NextNormal();
            return new Point
            {
                Features = [(float)x, (float)y],
                Label = k == 1,
                Class = $"cloud {k}",
                Weight = (float)(0.2 + 3 * random.NextUniform())
            };
        });
    }

    /// <summary>Exclusive or: true where the signs of the two features differ. Blurred a little.</summary>
    public static Point[] Xor(int rows, int seed) => Make(rows, seed, (row, random) =>
    {
        int x = row % 2 * 2 - 1, y = row / 2 % 2 * 2 - 1;
        return new Point { Features = [(float)(x + 0.3 * random.NextNormal()), (float)(y + 0.3 * random.NextNormal())], Label = x != y };
    });

    /// <summary>Two half circles that reach into each other. Blurred a little.</summary>
    public static Point[] TwoMoons(int rows, int seed) => Make(rows, seed, (row, random) =>
    {
        var lower = row % 2 == 1;
        var (sine, cosine) = Math.SinCos(Math.PI * random.NextUniform());
        double x = lower ? 1 - cosine : cosine, y = lower ? 0.5 - sine : sine;
        return new Point { Features = [(float)(x + 0.1 * random.NextNormal()), (float)(y + 0.1 * random.NextNormal())], Label = lower };
    });

    private static Point[] Make(int rows, int seed, Func<int, RandomSequence, Point> make)
    {
        var random = new RandomSequence(seed, RandomPurpose.Shuffling);
        return [.. Enumerable.Range(0, rows).Select(row => make(row, random))];
    }
}
