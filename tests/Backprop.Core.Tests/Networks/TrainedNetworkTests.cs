using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Core.Tests.Networks;

public class TrainedNetworkTests
{
    private static readonly Network Network = Network.FullyConnected(2, [], 1, new Tanh());
    private static readonly Standardization One = new([0], [1]), Two = new([0, 0], [1, 1]);

    [Fact]
    public void Parameters_are_copied()
    {
        float[] parameters = [1, 2, 3];
        var trained = new TrainedNetwork(Network, parameters, new SquaredError());
        parameters[0] = 100;
        Assert.Equal([1f, 2f, 3f], trained.Parameters.ToArray());
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused_with_both_numbers()
    {
        AssertNames("3 parameters, but 2", () => new TrainedNetwork(Network, new float[2], new SquaredError()));
        AssertNames(
            "2 inputs, but the standardization has 1",
            () => new TrainedNetwork(Network, new float[3], new SquaredError(), inputs: One));
        AssertNames("2 scaled targets do not fit 1", () => new TrainedNetwork(Network, new float[3], new SquaredError(), targets: Two));
    }

    [Fact]
    public void A_loss_whose_prediction_is_a_probability_takes_no_scaled_targets() =>
        AssertNames("1 outputs with LogisticLoss", () => new TrainedNetwork(Network, new float[3], new LogisticLoss(), targets: One));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_parameter_that_is_not_finite_is_refused_by_index(float value) =>
        AssertNames("Parameter 1 is", () => new TrainedNetwork(Network, [0, value, 0], new SquaredError()));

    private static void AssertNames(string words, Func<object> make) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(make).Message);
}
