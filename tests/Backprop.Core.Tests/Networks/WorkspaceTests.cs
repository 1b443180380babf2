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

    private static float[] Step(Workspace workspace, float[] features)
    {
        var x = new ReadOnlyMatrix(features, features.Length / 3, 3);
        Network.Forward(Parameters, x, workspace).Values.CopyTo(workspace.ScoreGradient.Values);
        var gradient = TestNumbers.Unassigned(Network.ParameterCount);
        Network.Backward(Parameters, x, workspace, gradient);
        return gradient;
    }
}
