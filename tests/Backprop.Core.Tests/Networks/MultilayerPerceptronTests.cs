using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Networks;

public class MultilayerPerceptronTests
{
    [Fact]
    public void Every_choice_has_its_place_among_the_layers()
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [5, 5, 4],
            InputScale = true,
            InputNoise = 0.1,
            InputDropout = 0.2,
            AlphaDropout = 0.3,
            Residual = true,
            InputSkip = true
        }.Build(3, 2);
        Assert.Equal(
            [
                "GaussianNoise", "Dropout", "InputScale", "Dense", "ActivationLayer", "AlphaDropout", "Dense", "ActivationLayer",
                "AlphaDropout", "SkipConnection", "Dense", "ActivationLayer", "AlphaDropout", "InputSkip", "Dense"],
            network.Layers.Select(layer => layer.GetType().Name));
        Assert.Equal(4 + 3, network.Layers[^1].Inputs);
    }

    // With weights of zero on its hidden units, what is left of a wide and deep network is a linear model of the features.
    [Fact]
    public void The_last_layer_sees_the_features()
    {
        var network = new MultilayerPerceptron { HiddenLayers = [4], InputSkip = true }.Build(2, 1);
        var parameters = new float[network.ParameterCount];
        (parameters[^3], parameters[^2], parameters[^1]) = (2, -3, 0.5f);
        var trained = new TrainedNetwork(network, parameters, new SquaredError());
        Assert.Equal([2 * 7 - 3 * 11 + 0.5f, 0.5f], trained.CreateScorer(2).Score(new([7, 11, 0, 0], 2, 2)).Values.ToArray());
    }

    // From other starts than this one, some end where the bend is turned the wrong way, as Adam does too.
    [Fact]
    public void A_wide_and_deep_network_learns_a_bend_on_top_of_a_line_with_one_unit()
    {
        var options = new TrainingOptions { Loss = new SquaredError(), Optimizer = new Lbfgs(), NumberOfIterations = 200, Seed = 1 };
        var x = TestNumbers.Normal(600, seed: 9);
        float[] y = [
            .. Enumerable.Range(0, 200).Select(i => (float)(4 * Math.Log(1 + Math.Exp(3 * x[3 * i])) - 2 * x[3 * i + 1] + x[3 * i + 2]))];
        double Loss(bool skip) =>
            new Trainer(options).Train(
                new MultilayerPerceptron
                {
                    HiddenLayers = [1],
                    Activation = new Backprop.Activations.Softplus(),
                    InputSkip = skip
                }.Build(3, 1),
                new ExampleSet(x, 3, y)).History[^1].TrainingLoss;
        Assert.InRange(Loss(skip: true), 0, 0.01 * Loss(skip: false));
    }

    [Fact]
    public void Room_for_other_features_than_the_networks_is_refused() =>
        Assert.Throws<ArgumentException>("layers", () => new Network(new Dense(3, 4), new InputSkip(4, 2), new Dense(6, 1)));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Noise_and_dropout_outside_their_ranges_are_refused_by_name(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(MultilayerPerceptron.InputNoise), () => new MultilayerPerceptron { InputNoise = value });
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(MultilayerPerceptron.AlphaDropout), () => new MultilayerPerceptron { AlphaDropout = value });
    }
}
