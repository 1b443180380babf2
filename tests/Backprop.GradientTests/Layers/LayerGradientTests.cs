using Backprop.GradientTests.Checking;
using Backprop.Layers;

namespace Backprop.GradientTests.Layers;

public class LayerGradientTests
{
    // Shapes on both sides of the kernel's tiles: 4 rows by 2 vectors of 4 doubles.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 5, 2)]
    [InlineData(7, 1, 3)]
    [InlineData(3, 2, 4)]
    [InlineData(5, 7, 5)]
    [InlineData(2, 9, 8)]
    [InlineData(4, 8, 4)]
    [InlineData(11, 37, 6)]
    [InlineData(37, 11, 9)]
    public void Backward_of_a_dense_layer_is_the_derivative_of_forward(int inputs, int outputs, int rows) =>
        LayerCheck.Verify(new Dense(inputs, outputs), rows);

    // A new kind must be given its own check here (activation layers have theirs beside the activations) before it joins this list.
    [Fact]
    public void Every_kind_of_layer_is_checked() =>
        Assert.Equal([typeof(ActivationLayer), typeof(Dense)], Layer.Kinds);
}
