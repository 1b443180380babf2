using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

public class RoundTripTests
{
    public static TheoryData<Loss, Activation> Choices()
    {
        var cases = new TheoryData<Loss, Activation>();
        foreach (var loss in Loss.All)
            foreach (var activation in Activation.All) cases.Add(loss, activation);
        return cases;
    }

    [Theory, MemberData(nameof(Choices))]
    public void What_is_saved_comes_back(Loss loss, Activation activation) => AssertComesBack(Saved.Realistic(loss, activation));

    [Fact]
    public void A_trained_network_comes_back()
    {
        var options = new TrainingOptions { Loss = new SquaredError(), NumberOfIterations = 5 };
        AssertComesBack(new Trainer(options).Train(Problems.TwoToOne(3, 4), Problems.Surface(50, seed: 1), Problems.Surface(20, seed: 2)));
    }

    [Fact]
    public void A_trained_ensemble_comes_back()
    {
        var form = new MultilayerPerceptron
        {
            HiddenLayers = [4, 4],
            EnsembleSize = 3,
            NumericEmbedding = new PiecewiseLinearEmbedding { Bins = 4 },
            Categories = [new(1, 3, 2)],
            InputScale = true,
            NtkParametrization = true,
            Normalization = Normalization.Layer,
            Residual = true
        };
        AssertComesBack(
            new Trainer(new TrainingOptions { Loss = new SquaredError(), NumberOfIterations = 2, KFoldBagging = true })
                .Train(form.Build(2, 1), Problems.Surface(50, seed: 1)));
    }

    [Fact]
    public void Without_standardization_and_history_it_comes_back()
    {
        var network = new Network(new Dense(3, 2));
        AssertComesBack(
            new TrainingResult(new TrainedNetwork(network, TestNumbers.Normal(8, seed: 1), new SquaredError()), [], BestEpoch: 0));
    }

    [Fact]
    public void Extreme_parameters_come_back_to_the_bit()
    {
        float[] extremes = [float.MaxValue, float.MinValue, float.Epsilon, -0f, 1e-45f, 0.1f, 16777217f, -1f / 3];
        var result = new TrainingResult(new TrainedNetwork(new Network(new Dense(3, 2)), extremes, new SquaredError()), [], BestEpoch: 0);
        TestNumbers.AssertSameBits(extremes, Saved.Read(Saved.Bytes(result)).Network.Parameters);
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes() =>
        Assert.Equal(
            Saved.Bytes(Saved.Realistic(new SquaredError(), new Tanh())), Saved.Bytes(Saved.Realistic(new SquaredError(), new Tanh())));

    // Zip entries and sockets hand out what they have.
    [Fact]
    public void A_stream_that_cannot_seek_and_gives_few_bytes_at_a_time_is_read_to_its_end()
    {
        var bytes = Saved.Bytes(Saved.Realistic(new SquaredError(), new Tanh()));
        Assert.Equal(bytes, Saved.Bytes(NetworkFormat.Read(new DrippingStream(bytes))));
    }

    private static void AssertComesBack(TrainingResult result)
    {
        var bytes = Saved.Bytes(result);
        var back = Saved.Read(bytes);
        TestNumbers.AssertSameBits(result.Network.Parameters, back.Network.Parameters);
        AssertSame(result.Network.Inputs, back.Network.Inputs);
        AssertSame(result.Network.Targets, back.Network.Targets);
        Assert.Equal(result.Network.Network.Layers, back.Network.Network.Layers);
        Assert.Equal(result.Network.Loss, back.Network.Loss);
        Assert.Equal(result.History, back.History);
        Assert.Equal(result.BestEpoch, back.BestEpoch);
        TestNumbers.AssertSameBits(Saved.Predict(result.Network), Saved.Predict(back.Network));
        Assert.Equal(bytes, Saved.Bytes(back));
    }

    private static void AssertSame(Standardization? expected, Standardization? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is null) return;
        TestNumbers.AssertSameBits(expected.Means, actual!.Means);
        TestNumbers.AssertSameBits(expected.Factors, actual.Factors);
    }
}
