using Backprop.Activations;
using Backprop.GradientTests.Checking;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.GradientTests.Networks;

/// <summary>Gradients of a step of training: dropped units, measured batches, and two ways through a network.</summary>
public class TrainingGradientTests
{
    private static readonly double[] Targets = TestPoints.AwayFromZero(10, seed: 7);

    public static TheoryData<string> Names => [.. Networks.Keys];

    private static Dictionary<string, Network> Networks { get; } = new()
    {
        ["dropout"] = new(new Dropout(4, 0.4), new Dense(4, 5), new ActivationLayer(5, new Tanh()), new Dropout(5, 0.3), new Dense(5, 2)),
        ["batch normalization"] = new(
            new Dense(4, 5), new BatchNormalization(5), new ActivationLayer(5, new Tanh()), new Dense(5, 3), new BatchNormalization(3),
            new Dense(3, 2)),
        ["batch normalization first and last"] = new(new BatchNormalization(4), new Dense(4, 2), new BatchNormalization(2)),
        ["batch normalization twice"] = new(new Dense(4, 2), new BatchNormalization(2), new BatchNormalization(2)),
        ["layer normalization"] = new(
            new InputScale(4), new Dense(4, 5), new LayerNormalization(5), new ActivationLayer(5, new Sigmoid()), new Dense(5, 2)),
        ["residual blocks"] = new(
            new Dense(4, 5), new ActivationLayer(5, new Tanh()), new BatchNormalization(5), new Dense(5, 5),
            new ActivationLayer(5, new Tanh()), new Dropout(5, 0.2), new Dense(5, 5),
            new SkipConnection(5, 5), new ActivationLayer(5, new Tanh()), new Dense(5, 5), new SkipConnection(5, 2),
            new SkipConnection(5, 9), new Dense(5, 2)),
        ["wide and deep"] = new(
            new GaussianNoise(4, 0.3), new Dense(4, 5), new ActivationLayer(5, new SELU()), new AlphaDropout(5, 0.3), new InputSkip(5, 4),
            new Dense(9, 2)),
        ["members of an ensemble"] = new NetworkBuilder(4).InputScale().Replicate(3).NtkDense(3).BatchNormalization().Activation(new Tanh())
            .Dropout(0.2)
            .Residual(block => block.Dense(3).LayerNormalization()).InputScale().Dense(2).Build(),
        ["a way around the features"] = new(new Dense(4, 4), new ActivationLayer(4, new Tanh()), new SkipConnection(4, 2), new Dense(4, 2)),
    };

    [Theory, MemberData(nameof(Names))]
    public void Backward_is_the_derivative_of_what_training_computes(string name)
    {
        for (var step = 1; step <= 3; step++) NetworkCheck.VerifyTraining(Networks[name], new SquaredError(), Targets, seed: 5, step);
    }

    // An autoencoder has one output, and its target is 0.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Backward_of_an_autoencoder_is_the_derivative_of_its_error(int members)
    {
        var network = new NetworkBuilder(4).Replicate(members).GaussianNoise(0.3).Dense(5).Activation(new Tanh()).Dense(4)
            .ReconstructionError().Build();
        for (var step = 1; step <= 3; step++) NetworkCheck.VerifyTraining(network, new AbsoluteError(), new double[5], seed: 5, step);
        NetworkCheck.Verify(network, new AbsoluteError(), new double[5]);
    }

    [Theory, MemberData(nameof(Names))]
    public void And_of_what_scoring_computes(string name) => NetworkCheck.Verify(Networks[name], new SquaredError(), Targets);
}
