using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Weights of classes are weights of their examples.</summary>
public class ClassWeightTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with
    {
        Loss = new SoftmaxCrossEntropy(),
        BatchSize = 4,
        NumberOfIterations = 5
    };
    private static readonly float[] Classes = [0, 1, 0, 2, 0, 1, 0, 0, 0, 1];

    [Fact]
    public void They_multiply_the_weights_of_the_examples()
    {
        float[] own = [1, 2, 3, 1, 1, 0.5f, 1, 1, 2, 1], factors = [1, 3, 0.5f];
        var weighted = Train(Options, [.. own.Zip(Classes, (w, k) => w * factors[(int)k])]);
        Assert.Equal(weighted, Train(Options with { ClassWeights = [1, 3, 0.5] }, own));
        Assert.NotEqual(weighted, Train(Options, own));
    }

    // scikit-learn 1.2.1: compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 1, 0, 2, 0, 1, 0, 0, 0, 1]) is [0.5555…, 1.1111…,
    // 3.3333…].
    [Fact]
    public void Balanced_is_what_scikit_learn_means_by_it()
    {
        float[] factors = [10f / 18, 10f / 9, 10f / 3];
        Assert.Equal(Train(Options, [.. Classes.Select(k => factors[(int)k])]), Train(Options with { BalancedClassWeights = true }, null));
    }

    [Fact]
    public void Validation_losses_are_weighed_alike_and_metrics_are_not()
    {
        var set = new ExampleSet(TestNumbers.Normal(40, 3), 2, [.. Enumerable.Range(0, 20).Select(i => i % 5 == 0 ? 1f : 0f)]);
        var options = Options with
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 1,
            LearningRate = 1e-30,
            EarlyStopping = new EarlyStopping { Metric = new Backprop.Metrics.Accuracy() }
        };
        var network = Problems.TwoToOne();
        var plain = new Trainer(options).Train(network, set, set).History[0];
        var balanced = new Trainer(options with { BalancedClassWeights = true }).Train(network, set, set).History[0];
        Assert.Equal(balanced.TrainingLoss, balanced.ValidationLoss!.Value, 1e-6);
        Assert.NotEqual(plain.ValidationLoss, balanced.ValidationLoss);
        Assert.Equal(plain.ValidationMetric, balanced.ValidationMetric);
    }

    [Fact]
    public void They_must_fit_the_classes()
    {
        var problem = Assert.Throws<ArgumentException>(() => Train(Options with { ClassWeights = [1, 2] }, null));
        Assert.Contains("ClassWeights has 2 weights, but there are 3 classes", problem.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Options with { ClassWeights = [1, 0, 1] });
        var probabilities = new ExampleSet([1f, 2], 1, [0.2f, 0.3f, 0.5f, 1, 0, 0], targetCount: 3);
        Assert.Contains(
            "the targets are 3 probabilities",
            Assert.Throws<ArgumentException>(
                () => new Trainer(Options with { BalancedClassWeights = true }).Train(
                    Network.FullyConnected(1, [3], 3, new Tanh()), probabilities)).Message,
            StringComparison.Ordinal);
        var regression = Options with { Loss = new SquaredError(), BalancedClassWeights = true };
        Assert.Contains(
            "SquaredError",
            Assert.Throws<ArgumentException>(() => new Trainer(regression).Train(Problems.TwoToOne(), Problems.Surface(5, 1))).Message,
            StringComparison.Ordinal);
    }

    private static float[] Train(TrainingOptions options, float[]? weights)
    {
        var set = new ExampleSet(TestNumbers.Normal(20, 1), 2, Classes, weights: weights);
        return new Trainer(options).Train(Network.FullyConnected(2, [3], 3, new Tanh()), set).Network.Parameters.ToArray();
    }
}
