using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

public class NetworkTests
{
    // Two inputs, two ReLU units, one output. W₁ = (1 −1; 2 0.5), b₁ = (0.5, −1), W₂ = (2; −3), b₂ = 0.25.
    private static readonly Network Small = Network.FullyConnected(2, [2], 1, new ReLU());
    private static readonly float[] SmallParameters = [1, -1, 2, 0.5f, 0.5f, -1, 2, -3, 0.25f];

    [Fact]
    public void Forward_gives_the_scores_worked_out_by_hand()
    {
        var scores = Small.Forward(SmallParameters, new ReadOnlyMatrix([1, 2, -1, 4], 2, 2), new Workspace(Small, 2));
        Assert.Equal([11.25f, 9.25f], scores.Values.ToArray()); // hidden units 5.5, 0 and 7.5, 2
    }

    [Fact]
    public void Backward_gives_the_gradient_worked_out_by_hand()
    {
        var workspace = new Workspace(Small, 2);
        var x = new ReadOnlyMatrix([1, 2, -1, 4], 2, 2);
        Small.Forward(SmallParameters, x, workspace);
        workspace.ScoreGradient.Values[0] = 1;
        workspace.ScoreGradient.Values[1] = 10;
        var gradient = TestNumbers.Unassigned(9);
        Small.Backward(SmallParameters, x, workspace, gradient);
        // By the units: the first row reaches (2, 0), the second (20, −30); the silent unit learns nothing from the first row.
        Assert.Equal([2f - 20, 30, 4f + 80, -120, 22, -30, 5.5f + 75, 20, 11], gradient);
    }

    [Fact]
    public void Layers_share_one_vector_of_parameters_in_order()
    {
        var network = Network.FullyConnected(3, [5, 4], 2, new Tanh());
        Assert.Equal(
            [new Dense(3, 5), new ActivationLayer(5, new Tanh()), new Dense(5, 4), new ActivationLayer(4, new Tanh()), new Dense(4, 2)],
            network.Layers);
        Assert.Equal([0..20, 20..20, 20..44, 44..44, 44..54], Enumerable.Range(0, 5).Select(network.ParametersOf));
        Assert.Equal((3, 2, 54), (network.Inputs, network.Outputs, network.ParameterCount));
        Assert.Equal("3-5-4-2", network.ToString());
    }

    [Fact]
    public void Without_hidden_layers_a_network_is_one_dense_layer() =>
        Assert.Equal([new Dense(3, 2)], Network.FullyConnected(3, [], 2, new Tanh()).Layers);

    [Fact]
    public void Layers_that_do_not_fit_are_refused_with_both_widths()
    {
        Assert.Contains(
            "Layer 1 (Dense) has 4 inputs, but layer 0 (Dense) has 3 outputs",
            Assert.Throws<ArgumentException>(() => new Network(new Dense(2, 3), new Dense(4, 1))).Message);
        Assert.Throws<ArgumentException>(() => new Network());
        Assert.Contains(
            "with layer 1 it would have",
            Assert.Throws<ArgumentException>(() => new Network(new Dense(40_000, 40_000), new Dense(40_000, 40_000))).Message);
    }

    [Fact]
    public void A_missing_layer_is_refused() =>
        Assert.Contains("Layer 1 is missing", Assert.Throws<ArgumentException>(() => new Network(new Dense(2, 3), null!)).Message);

    [Fact]
    public void Wrong_lengths_are_refused_with_both_numbers()
    {
        var workspace = new Workspace(Small, 2);
        var x = new float[4];
        AssertNames("9 parameters, but 8", () => Small.Forward(new float[8], new ReadOnlyMatrix(x, 2, 2), workspace));
        AssertNames("x has 4 columns, but the network has 2", () => Small.Forward(SmallParameters, new ReadOnlyMatrix(x, 1, 4), workspace));
        AssertNames(
            "x has 3 rows, but the workspace holds 1 to 2",
            () => Small.Forward(SmallParameters, new ReadOnlyMatrix(new float[6], 3, 2), workspace));
        AssertNames(
            "x has 0 rows, but the workspace holds 1 to 2", () => Small.Forward(SmallParameters, new ReadOnlyMatrix([], 0, 2), workspace));

        Small.Forward(SmallParameters, new ReadOnlyMatrix(x, 2, 2), workspace);
        AssertNames("9 parameters, but 8", () => Small.Backward(new float[8], new ReadOnlyMatrix(x, 2, 2), workspace, new float[9]));
        AssertNames("9 parameters, but 10", () => Small.Backward(SmallParameters, new ReadOnlyMatrix(x, 2, 2), workspace, new float[10]));
        AssertNames(
            "x has 1 rows, but the last call of Forward had 2",
            () => Small.Backward(SmallParameters, new ReadOnlyMatrix(new float[2], 1, 2), workspace, new float[9]));
    }

    private static void AssertNames(string numbers, Action action) =>
        Assert.Contains(numbers, Assert.Throws<ArgumentException>(action).Message);
}
