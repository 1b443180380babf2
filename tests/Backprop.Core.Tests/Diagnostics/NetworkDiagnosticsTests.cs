using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Diagnostics;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Core.Tests.Diagnostics;

public class NetworkDiagnosticsTests
{
    private static readonly SquaredError Loss = new();

    // y = 3·(2x): for x = 1, −1 and targets 0 the scores are 6, −6, and ∂l/∂score = 2·score is 12, −12; times 3, 36 arrives after the first
    // layer.
    [Fact]
    public void Scales_are_root_mean_squares_of_one_examples_numbers()
    {
        var network = new Network(new Dense(1, 1), new Dense(1, 1));
        var found = NetworkDiagnostics.Measure(
            network, [2, 0, 3, 0], Loss, new ReadOnlyMatrix([1, -1], 2, 1), new ReadOnlyMatrix([0, 0], 2, 1), before: [2, 0, 3, 0.3f]);
        Near.Equal("output", [2, 6], found.Layers.Select(layer => layer.OutputScale).ToArray(), 1e-6);
        Near.Equal("gradient", [36, 12], found.Layers.Select(layer => layer.GradientScale).ToArray(), 1e-5);
        Near.Equal("update", [0, 0.1], found.Layers.Select(layer => layer.UpdateRatio!.Value).ToArray(), 1e-6);
        Assert.Equal(2, found.Examples);
        Assert.Empty(found.Warnings);
    }

    [Fact]
    public void Ten_layers_of_sigmoids_let_the_gradient_vanish()
    {
        var warning = Assert.Single(Measure(Deep(new Sigmoid()), new GlorotUniform()).Warnings);
        Assert.Equal(NetworkTrouble.VanishingGradient, warning.Trouble);
        Assert.Equal(0, warning.Layer);
        Assert.Contains("layer 0 (Dense 2 → 16)", warning.Text);
    }

    [Fact]
    public void Large_weights_let_the_gradient_explode()
    {
        var network = Deep(new Identity());
        var parameters = network.Initialize(new GlorotUniform(), seed: 1);
        foreach (ref var weight in parameters.AsSpan()) weight *= 10;
        Assert.Equal(NetworkTrouble.ExplodingGradient, Assert.Single(Measure(network, parameters).Warnings).Trouble);
        foreach (ref var weight in parameters.AsSpan()) weight *= 1e4f;
        Assert.Contains("is not finite", Assert.Single(Measure(network, parameters).Warnings).Text);
    }

    [Fact]
    public void Units_without_slope_for_any_example_are_dead()
    {
        var network = Network.FullyConnected(2, [4], 1, new ReLU());
        var parameters = network.Initialize(new HeNormal(), seed: 1);
        parameters[8] = parameters[9] = parameters[10] = -100; // biases of the first three of four units
        var found = Measure(network, parameters);
        Assert.Equal(0.75, found.Layers[1].DeadUnits);
        Assert.Null(found.Layers[1].SaturatedUnits);
        var warning = Assert.Single(found.Warnings);
        Assert.Equal((NetworkTrouble.DeadUnits, 1), (warning.Trouble, warning.Layer));
        Assert.StartsWith("75 % of the units of layer 1 (ActivationLayer 4 → 4) are dead", warning.Text);
    }

    // tanh(x) is flatter than 0.05 beyond |x| = 2.18: here for four of five numbers.
    [Fact]
    public void What_enters_where_an_activation_is_flat_is_saturated()
    {
        var network = new Network(new ActivationLayer(1, new Tanh()), new Dense(1, 1));
        var found = NetworkDiagnostics.Measure(
            network, [1, 0], Loss, new ReadOnlyMatrix([-5, 0, 3, 2.3f, 9], 5, 1), new ReadOnlyMatrix(new float[5], 5, 1));
        Assert.Equal(0.8, found.Layers[0].SaturatedUnits!.Value, 6);
        Assert.Equal(NetworkTrouble.SaturatedUnits, Assert.Single(found.Warnings).Trouble);
        Assert.Equal(0, found.Layers[0].DeadUnits);
    }

    [Theory]
    [InlineData(typeof(ReLU), typeof(HeNormal))]
    [InlineData(typeof(SELU), typeof(LeCunNormal))]
    [InlineData(typeof(Mish), typeof(HeNormal))]
    [InlineData(typeof(Tanh), typeof(GlorotUniform))]
    public void A_net_that_starts_well_gets_no_warning(Type activation, Type initializer) =>
        Assert.Empty(
            Measure(Deep((Activation)Activator.CreateInstance(activation)!), (Initializer)Activator.CreateInstance(initializer)!).Warnings);

    [Fact]
    public void Training_with_diagnostics_learns_the_same_and_reports_every_layer()
    {
        var options = new TrainingOptions { Loss = Loss, NumberOfIterations = 5, Seed = 4 };
        var network = new MultilayerPerceptron { HiddenLayers = [8, 8], Dropout = 0.2, Normalization = Normalization.Batch }.Build(2, 1);
        var set = Problems.Surface(300, seed: 3);
        var plain = new Trainer(options).Train(network, set);
        var inspected = new Trainer(options with { Diagnostics = true }).Train(network, set);

        Assert.Equal(plain.Network.Parameters.ToArray(), inspected.Network.Parameters.ToArray());
        Assert.All(plain.History, epoch => Assert.Null(epoch.Diagnostics));
        Assert.All(inspected.History, epoch =>
        {
            Assert.Equal(network.Layers.Count, epoch.Diagnostics!.Layers.Count);
            Assert.Equal(256, epoch.Diagnostics.Examples);
            Assert.All(
                epoch.Diagnostics.Layers,
                layer => Assert.Equal(network.Layers[layer.Layer].ParameterCount > 0, layer.UpdateRatio is > 0 and < 1));
        });

        using var file = new MemoryStream();
        NetworkFormat.Write(file, inspected);
        file.Position = 0;
        Assert.Null(NetworkFormat.Read(file).History[0].Diagnostics);
    }

    private static Network Deep(Activation activation) => Network.FullyConnected(2, [.. Enumerable.Repeat(16, 10)], 1, activation);

    private static NetworkDiagnostics Measure(Network network, Initializer initializer) =>
        Measure(network, network.Initialize(initializer, seed: 1));

    private static NetworkDiagnostics Measure(Network network, float[] parameters)
    {
        var set = Problems.Surface(200, seed: 3);
        return NetworkDiagnostics.Measure(network, parameters, Loss, set.Features, set.Targets);
    }
}
