using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A network whose weights are all zero predicts its output biases: they should say what is known without features.</summary>
public class OutputBiasTests
{
    private static readonly float[] Targets = [0, 0, 1, 0, 0, 0, 0, 1, 0, 0], Weights = [1, 1, 3, 1, 1, 1, 1, 1, 1, 1];

    public static TheoryData<Loss, float[], double[]> Predictions => new()
    {
        { new LogisticLoss(), Targets, [0.2] },
        { new SoftmaxCrossEntropy(), [0, 0, 1, 2, 1, 2, 2, 2, 2, 2], [0.2, 0.2, 0.6] },
        { new PoissonLoss(), [3, 0, 1, 2, 4], [2] },
        { new GammaLoss(), [3, 0.5f, 0.5f, 2, 4], [2] },
        { new TweedieLoss(), [3, 0, 1, 2, 4], [2] },
        { new SquaredError(), [3, 0, 1, 2, 4], [2] },
        { new PinballLoss { Quantiles = [0.25, 0.5] }, [.. Enumerable.Range(0, 101).Select(i => (float)i)], [25, 50] },
    };

    [Theory, MemberData(nameof(Predictions))]
    public void A_network_of_zeros_predicts_what_is_known_without_features(Loss loss, float[] targets, double[] expected)
    {
        var prediction = Start(loss, targets, null, expected.Length);
        var tolerance = loss is PinballLoss ? 2 : 1e-3 * expected.Max();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], prediction[i], tolerance);
    }

    // Of a total weight of 12, 4 stand with the ones.
    [Fact]
    public void Weights_count() => Assert.Equal(1 / 3.0, Start(new LogisticLoss(), Targets, Weights, 1)[0], 1e-3);

    [Fact]
    public void A_class_that_never_occurs_has_a_small_but_finite_start()
    {
        var prediction = Start(new SoftmaxCrossEntropy(), [0, 0, 1, 1], null, 3);
        Assert.InRange(prediction[2], 1e-12, 0.01);
    }

    [Fact]
    public void A_network_without_output_biases_is_refused()
    {
        var options = new TrainingOptions { Loss = new SquaredError(), OutputBiasPrior = true };
        var problem = Assert.Throws<ArgumentException>(
            "network", () => new Trainer(options).Train(new Network(new InputScale(1)), new ExampleSet([1, 2], 1, [1, 2])));
        Assert.Contains(nameof(TrainingOptions.OutputBiasPrior), problem.Message, StringComparison.Ordinal);
    }

    private static float[] Start(Loss loss, float[] targets, float[]? weights, int outputs)
    {
        var options = new TrainingOptions
        {
            Loss = loss,
            OutputBiasPrior = true,
            Initializer = new Zeros(),
            NumberOfIterations = 1,
            LearningRate = 1e-30
        };
        var trained = new Trainer(options).Train(
            Network.FullyConnected(1, [], outputs, new Backprop.Activations.Identity()),
            new ExampleSet(new float[targets.Length], 1, targets, weights: weights)).Network;
        return trained.CreateScorer().Predict(new ReadOnlyMatrix(new float[1], 1, 1)).Values.ToArray();
    }

    private sealed record Zeros : Initializer
    {
        public override void Fill(Span<float> weights, int inputs, int outputs, RandomSequence random) => weights.Clear();
    }
}
