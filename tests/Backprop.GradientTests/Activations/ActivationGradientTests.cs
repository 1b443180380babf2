using Backprop.Activations;
using Backprop.GradientTests.Checking;
using Backprop.Layers;

namespace Backprop.GradientTests.Activations;

public class ActivationGradientTests
{
    public static TheoryData<Activation, int> Cases()
    {
        var cases = new TheoryData<Activation, int>();
        foreach (var activation in Activation.All)
            foreach (var width in (int[])[1, 2, 3, 5, 8, 37]) cases.Add(activation, width);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_is_the_derivative_of_forward(Activation activation, int width) =>
        LayerCheck.Verify(new ActivationLayer(width, activation), rows: 1);

    [Theory, MemberData(nameof(Cases))]
    public void Backward_is_the_derivative_of_forward_in_a_batch(Activation activation, int width) =>
        LayerCheck.Verify(new ActivationLayer(width, activation), rows: 3);

    [Fact]
    public void The_slope_of_relu_at_zero_is_zero()
    {
        double[] zero = [0.0], dx = [double.NaN];
        new ReLU().Backward(zero, zero, [1.0], dx);
        Assert.Equal(0, dx[0]);
    }
}
