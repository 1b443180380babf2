using Backprop.Optimizers;

namespace Backprop.Core.Tests.Optimizers;

/// <summary>Two steps worked out by hand: θ = 1, α = 0.1, gradients 2 and then 1.</summary>
public class OptimizerStepTests
{
    [Fact]
    public void Gradient_descent_steps_by_rate_times_gradient() => AssertSteps(new Sgd(), 0.8f, 0.7f);

    // v = 2, then 0.5·2 + 1 = 2.
    [Fact]
    public void Momentum_keeps_part_of_the_last_step() => AssertSteps(new Momentum { Coefficient = 0.5 }, 0.8f, 0.6f);

    // With both averages forgetting by half: m̂ = 2 and v̂ = 4, so a step of 1; then m̂ = (1/3)·2 + (2/3)·1 = 4/3 and v̂ = (1/3)·4 +
    // (2/3)·1 = 2.
    [Fact]
    public void Adam_divides_the_mean_gradient_by_its_root_mean_square() =>
        AssertSteps(new Adam { Beta1 = 0.5, Beta2 = 0.5 }, 0.9f, 0.9f - 0.1f * 0.94280904f);

    // The first step of Adam is α whatever the size of the gradient.
    [Theory]
    [InlineData(1e-4f)]
    [InlineData(1e6f)]
    public void The_first_step_of_Adam_is_as_long_as_the_learning_rate(float gradient)
    {
        float[] theta = [0];
        new Adam().Start(1).Update(theta, [gradient], learningRate: 0.1);
        Assert.Equal(-0.1f, theta[0], 1e-4f);
    }

    private static void AssertSteps(StepwiseOptimizer optimizer, float afterOne, float afterTwo)
    {
        float[] theta = [1];
        var state = optimizer.Start(1);
        state.Update(theta, [2], learningRate: 0.1);
        Assert.Equal(afterOne, theta[0], 1e-6f);
        state.Update(theta, [1], learningRate: 0.1);
        Assert.Equal(afterTwo, theta[0], 1e-6f);
    }
}
