using System.Numerics.Tensors;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>With the defaults, what a linear model cannot learn is learned.</summary>
public class LearningTests
{
    [Fact]
    public void A_hidden_layer_learns_exclusive_or()
    {
        var network = Network.FullyConnected(2, [8], 1, new Tanh());
        var set = new ExampleSet([0, 0, 0, 1, 1, 0, 1, 1], 2, [0, 1, 1, 0]);
        var trained = new Trainer(new TrainingOptions { Loss = new LogisticLoss(), LearningRate = 0.05, NumberOfIterations = 500 })
            .Train(network, set).Network;
        var p = trained.CreateScorer(4).Predict(set.Features).Values;
        Assert.True(p[0] < 0.1 && p[1] > 0.9 && p[2] > 0.9 && p[3] < 0.1, $"probabilities {p[0]}, {p[1]}, {p[2]}, {p[3]}");
    }

    [Fact]
    public void Three_classes_in_rings_are_told_apart()
    {
        // Class = how far from the centre: no straight line separates them.
        const int rows = 300;
        var x = TestNumbers.Normal(rows * 2, seed: 1);
        float[] y = [
            .. Enumerable.Range(0, rows).Select(
                i => MathF.Sqrt(x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1]) switch { < 0.8f => 0f, < 1.5f => 1f, _ => 2f })];
        var network = Network.FullyConnected(2, [16], 3, new ReLU());
        var trained = new Trainer(new TrainingOptions { Loss = new SoftmaxCrossEntropy(), LearningRate = 0.02 })
            .Train(network, new ExampleSet(x, 2, y)).Network;

        var p = trained.CreateScorer(rows).Predict(new ReadOnlyMatrix(x, rows, 2));
        var hits = 0;
        for (var row = 0; row < rows; row++)
            if (TensorPrimitives.IndexOfMax<float>(p.Row(row)) == (int)y[row]) hits++;
        Assert.InRange(hits, 0.9 * rows, rows);
    }

    [Fact]
    public void Raw_columns_and_targets_of_any_size_train_well()
    {
        const int rows = 200;
        var x = TestNumbers.Normal(rows * 2, seed: 2);
        float[] features = [.. x.Select((v, i) => i % 2 == 0 ? 1e6f + 1e4f * v : 1e-4f * v)];
        float[] targets = [.. Enumerable.Range(0, rows).Select(i => 5e5f + 1e5f * (x[2 * i] - x[2 * i + 1]))];
        var set = new ExampleSet(features, 2, targets);
        var trained = new Trainer(new TrainingOptions { Loss = new SquaredError(), LearningRate = 0.02 })
            .Train(Network.FullyConnected(2, [], 1, new Tanh()), set).Network;
        var predictions = trained.CreateScorer(rows).Predict(set.Features).Values.ToArray();
        Assert.InRange(predictions.Zip(targets, (p, t) => Math.Abs(p - t)).Average(), 0, 1e3); // 1 % of the spread
    }
}
