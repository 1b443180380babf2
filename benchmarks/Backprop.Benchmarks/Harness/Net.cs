using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Benchmarks.Harness;

/// <summary>A network and a batch size that the benchmarks use, from small to large.</summary>
internal sealed record Net(string Name, int Inputs, int[] Hidden, int Outputs, int BatchSize)
{
    public static Net A { get; } = new("A 20-64-64-2", 20, [64, 64], 2, 32);
    public static Net B { get; } = new("B 54-256-256-7", 54, [256, 256], 7, 256);
    public static Net C { get; } = new("C 784-512-256-10", 784, [512, 256], 10, 128);
    public static Net D { get; } = new("D 100-1024-1024-1024-1", 100, [1024, 1024, 1024], 1, 1024);
    public static IReadOnlyList<Net> All { get; } = [A, B, C, D];

    /// <summary>The letter.</summary>
    public string Letter => Name[..1];

    /// <summary>Whether the last layer has one score for yes or no, instead of one for every class.</summary>
    public bool IsBinary => Outputs == 1;

    public Loss Loss => IsBinary ? new LogisticLoss() : new SoftmaxCrossEntropy();

    /// <summary>Widths of all layers, input to output.</summary>
    public int[] Widths => [Inputs, .. Hidden, Outputs];

    /// <summary>Multiplications and additions of one forward pass over a row.</summary>
    public double OperationsPerRow => 2.0 * Widths.Zip(Widths.Skip(1), (a, b) => (double)a * b).Sum();

    /// <summary>Those of one step: forward, gradients of the parameters, gradients of all inputs but the features.</summary>
    public double OperationsPerStep => BatchSize * (3 * OperationsPerRow - 2.0 * Inputs * Widths[1]);

    public Network Make() => Network.FullyConnected(Inputs, Hidden, Outputs, new ReLU());

    public float[] InitialParameters() => Make().Initialize(new GlorotUniform(), seed: 1);

    /// <summary>Rows that can be learned, with some noise: the class is the largest of a few random projections.</summary>
    /// <returns>[rows × Inputs], and the class of every row.</returns>
    public (float[] X, float[] Y) Examples(int rows, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Shuffling);
        var classes = Math.Max(2, Outputs);
        float[] x = new float[rows * Inputs], y = new float[rows], projections = new float[classes * Inputs];
        foreach (ref var value in projections.AsSpan()) value = (float)random.NextNormal();
        foreach (ref var value in x.AsSpan()) value = (float)random.NextNormal();
        var noise = 0.5 * Math.Sqrt(Inputs);
        for (var row = 0; row < rows; row++)
        {
            var best = double.NegativeInfinity;
            for (var k = 0; k < classes; k++)
            {
                var score = noise * random.NextNormal();
                for (var j = 0; j < Inputs; j++) score += x[row * Inputs + j] * projections[k * Inputs + j];
                if (score <= best) continue;
                best = score;
                y[row] = k;
            }
        }
        return (x, y);
    }
}
