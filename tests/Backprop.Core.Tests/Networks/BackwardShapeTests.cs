using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

/// <summary>The kernels read through references without bounds, so a wrong shape that gets past the callers would read foreign
/// memory.</summary>
public class BackwardShapeTests
{
    private static readonly Network Network = Network.FullyConnected(3, [4], 2, new Tanh());
    private static readonly float[] Parameters = TestNumbers.Normal(Network.ParameterCount, seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Backward_refuses_features_of_another_width_than_forward_was_given(int columns)
    {
        var workspace = new Workspace(Network, 2);
        Network.Forward(Parameters, new ReadOnlyMatrix(new float[6], 2, 3), workspace);
        Assert.Contains($"x has {columns} columns, but the network has 3 inputs", Assert.Throws<ArgumentException>(() =>
            Network.Backward(
                Parameters, new ReadOnlyMatrix(new float[2 * columns], 2, columns), workspace, new float[Network.ParameterCount])).Message);
    }

    [Fact]
    public void Backward_refuses_the_workspace_of_another_network()
    {
        var other = Network.FullyConnected(3, [2], 1, new Tanh());
        var workspace = new Workspace(other, 2);
        other.Forward(new float[other.ParameterCount], new ReadOnlyMatrix(new float[6], 2, 3), workspace);
        Assert.Contains("another network (3-2-1)", Assert.Throws<ArgumentException>(() =>
            Network.Backward(Parameters, new ReadOnlyMatrix(new float[6], 2, 3), workspace, new float[Network.ParameterCount])).Message);
    }

    [Fact]
    public void Backward_before_any_forward_is_refused() =>
        Assert.Contains("x has 2 rows, but the last call of Forward had 0", Assert.Throws<ArgumentException>(() =>
            Network.Backward(
                Parameters, new ReadOnlyMatrix(new float[6], 2, 3), new Workspace(Network, 2), new float[Network.ParameterCount])).Message);

    // Layers are public, so their shapes are whatever a caller makes them.
    [Fact]
    public void A_dense_layer_refuses_matrices_that_do_not_fit_it()
    {
        var dense = new Dense(3, 2);
        var parameters = new float[8];
        AssertRefused(() => dense.Forward(parameters, new ReadOnlyMatrix(new float[4], 2, 2), new Matrix(new float[4], 2, 2)));
        AssertRefused(() => dense.Forward(parameters, new ReadOnlyMatrix(new float[3], 1, 3), new Matrix(new float[4], 2, 2)));
        AssertRefused(() => dense.Forward(parameters, new ReadOnlyMatrix(new float[6], 2, 3), new Matrix(new float[10], 2, 5)));
        AssertRefused(() => Backward(xColumns: 2, dyColumns: 2, dxColumns: 3));
        AssertRefused(() => Backward(xColumns: 3, dyColumns: 1, dxColumns: 3));
        AssertRefused(() => Backward(xColumns: 3, dyColumns: 2, dxColumns: 9));
        Backward(xColumns: 3, dyColumns: 2, dxColumns: 3);

        void Backward(int xColumns, int dyColumns, int dxColumns) => dense.Backward(
            parameters, new ReadOnlyMatrix(new float[2 * xColumns], 2, xColumns), new ReadOnlyMatrix(new float[4], 2, 2),
            new ReadOnlyMatrix(new float[2 * dyColumns], 2, dyColumns), new Matrix(new float[2 * dxColumns], 2, dxColumns), new float[8]);
    }

    private static void AssertRefused(Action action) => Assert.ThrowsAny<ArgumentException>(action);
}
