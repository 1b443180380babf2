using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Small things to learn, and options that add nothing to plain gradient descent.</summary>
internal static class Problems
{
    /// <summary>Gradient descent on raw numbers, every example in every step.</summary>
    public static TrainingOptions GradientDescent { get; } = new()
    {
        Loss = new SquaredError(),
        Optimizer = new Sgd(),
        LearningRate = 0.1,
        NumberOfIterations = 20,
        BatchSize = TrainingOptions.FullBatch,
        StandardizeInputs = false,
        StandardizeTargets = false,
    };

    /// <summary>Features drawn from a normal; target = 2·x₀ − x₁ + 0.5·x₀·x₁ + 1.</summary>
    public static ExampleSet Surface(int rows, int seed, float[]? weights = null)
    {
        var x = TestNumbers.Normal(rows * 2, seed);
        var y = new float[rows];
        for (var i = 0; i < rows; i++) y[i] = 2 * x[2 * i] - x[2 * i + 1] + 0.5f * x[2 * i] * x[2 * i + 1] + 1;
        return new ExampleSet(x, 2, y, 1, weights);
    }

    /// <summary>Two features, a hidden layer of <paramref name="hidden"/> units or none, one output.</summary>
    public static Network TwoToOne(params int[] hidden) => Network.FullyConnected(2, hidden, 1, new Tanh());

    /// <summary>One feature, one output, no bias to speak of: score = w·x + b with both zero at the start.</summary>
    public static TrainedNetwork LineThroughZero() => new(Network.FullyConnected(1, [], 1, new Identity()), [0, 0], new SquaredError());

    /// <summary>Examples of y = slope·x, symmetric about zero so that the bias stays out of it.</summary>
    public static ExampleSet Line(float slope) => new([-1, 1], 1, [-slope, slope]);

    /// <summary>The mean loss of a network without standardization on a whole set.</summary>
    public static double MeanLoss(TrainedNetwork trained, ExampleSet set)
    {
        var scores = trained.CreateScorer(set.Count).Score(set.Features);
        return trained.Loss.Evaluate(
            scores, set.Targets, set.Weights, new Matrix(new float[scores.Values.Length], scores.Rows, scores.Columns));
    }
}
