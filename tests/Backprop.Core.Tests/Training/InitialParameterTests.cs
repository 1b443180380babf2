using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Training starts from the parameters that are given.</summary>
public class InitialParameterTests
{
    private static readonly ExampleSet Examples = Problems.Surface(23, seed: 1);

    [Fact]
    public void Given_parameters_are_where_training_starts()
    {
        var network = Problems.TwoToOne(5);
        var given = TestNumbers.Normal(network.ParameterCount, seed: 9);
        var still = new Trainer(Problems.GradientDescent with { InitialParameters = given, LearningRate = 1e-30, NumberOfIterations = 1 })
            .Train(network, Examples);
        TestNumbers.AssertSameBits(given, still.Network.Parameters);
    }

    [Fact]
    public void The_callers_numbers_are_left_alone_and_another_start_ends_elsewhere()
    {
        var network = Problems.TwoToOne(5);
        float[] given = TestNumbers.Normal(network.ParameterCount, seed: 9), before = [.. given];
        var result = new Trainer(Problems.GradientDescent with { InitialParameters = given }).Train(network, Examples);
        Assert.Equal(before, given);
        Assert.NotEqual(
            result.Network.Parameters.ToArray(),
            new Trainer(Problems.GradientDescent).Train(network, Examples).Network.Parameters.ToArray());
    }

    [Fact]
    public void Another_number_of_parameters_is_refused_with_both_shapes()
    {
        var problem = Assert.Throws<ArgumentException>(
            () => new Trainer(Problems.GradientDescent with { InitialParameters = new float[20] }).Train(Problems.TwoToOne(5), Examples));
        Assert.Contains("21 parameters (2 × 5 weights, 5 biases, 5 × 1 weights, 1 biases), but InitialParameters has 20", problem.Message);
    }

    [Fact]
    public void A_parameter_that_is_not_finite_is_refused_with_its_place()
    {
        var given = new float[21];
        given[7] = float.NaN;
        Assert.Contains(
            "parameter 7 is NaN",
            Assert.Throws<ArgumentException>(
                () =>
                    new Trainer(Problems.GradientDescent with { InitialParameters = given })
                        .Train(Problems.TwoToOne(5), Examples)).Message);
    }
}
