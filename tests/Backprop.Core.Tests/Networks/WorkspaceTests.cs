using Backprop.Activations;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

public class WorkspaceTests
{
    private static readonly Network Network = Network.FullyConnected(3, [4], 2, new Tanh());
    private static readonly float[] Parameters = TestNumbers.Normal(Network.ParameterCount, seed: 1);

    [Fact]
    public void A_workspace_of_another_network_is_refused()
    {
        var other = new Workspace(Network.FullyConnected(3, [4], 2, new Tanh()), 1);
        Assert.Contains("another network (3-4-2)", Assert.Throws<ArgumentException>(() =>
            Network.Forward(Parameters, new ReadOnlyMatrix(new float[3], 1, 3), other)).Message);
    }

    [Fact]
    public void Without_gradients_there_is_no_backward()
    {
        var workspace = new Workspace(Network, 1, forTraining: false);
        Network.Forward(Parameters, new ReadOnlyMatrix(new float[3], 1, 3), workspace);
        Assert.Contains("forTraining", Assert.Throws<InvalidOperationException>(() =>
            Network.Backward(Parameters, new ReadOnlyMatrix(new float[3], 1, 3), workspace, new float[Network.ParameterCount])).Message);
    }

    [Fact]
    public void A_smaller_batch_after_a_larger_one_does_not_see_its_rows()
    {
        var used = new Workspace(Network, 5);
        var fresh = new Workspace(Network, 2);
        Step(used, TestNumbers.Normal(15, seed: 2));
        var x = TestNumbers.Normal(6, seed: 3);
        TestNumbers.AssertSameBits(Step(fresh, x), Step(used, x));
        Assert.Equal((2, 5), (used.Rows, used.Capacity));
    }

    [Fact]
    public void Room_for_less_than_one_row_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => new Workspace(Network, 0));

    // 100 · 100 values for each of 40 layers would be 1.6 MB.
    [Fact]
    public void Scoring_needs_the_memory_of_three_layers()
    {
        var network = Network.FullyConnected(100, [.. Enumerable.Repeat(100, 20)], 100, new ELU());
        _ = new Workspace(network, 1, forTraining: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = new Workspace(network, 100, forTraining: false);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 100 * 100 * sizeof(float), 3.5 * 100 * 100 * sizeof(float));
    }

    // Earlier outputs that a later layer adds, layers that work in place, layers of other widths.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Memory_of_several_layers_has_the_scores_of_memory_for_each(int members)
    {
        const int rows = 20;
        var network = new NetworkBuilder(6).Replicate(members).Dense(9).Activation(new ReLU())
            .Residual(block => block.Dense(9).Activation(new Tanh())
                .Residual(inner => inner.Dense(9).Activation(new ELU()).Dense(9)).Activation(new ReLU()).Dense(9))
            .Dense(30).Activation(new Tanh()).Dense(4).Activation(new ReLU()).Residual(block => block.Dense(4)).Dense(2).Build();
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 1);
        var x = new ReadOnlyMatrix(TestNumbers.Normal(rows * 6, seed: 2), rows, 6);
        var expected = network.Forward(parameters, x, Workspace.ThatKeepsEveryOutput(network, rows)).Values.ToArray();
        Assert.Contains(expected, score => score != 0);
        var workspace = new Workspace(network, rows, forTraining: false);
        for (var pass = 0; pass < 2; pass++) TestNumbers.AssertSameBits(expected, network.Forward(parameters, x, workspace).Values);
    }

    private static float[] Step(Workspace workspace, float[] features)
    {
        var x = new ReadOnlyMatrix(features, features.Length / 3, 3);
        Network.Forward(Parameters, x, workspace).Values.CopyTo(workspace.ScoreGradient.Values);
        var gradient = TestNumbers.Unassigned(Network.ParameterCount);
        Network.Backward(Parameters, x, workspace, gradient);
        return gradient;
    }
}
