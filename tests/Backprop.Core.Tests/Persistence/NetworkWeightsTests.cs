using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

public class NetworkWeightsTests
{
    private static readonly Network _network = Network.FullyConnected(3, [4], 2, new ReLU());

    [Fact]
    public void Names_and_shapes_are_those_of_the_layers()
    {
        var weights = NetworkWeights.Of(Trained());
        Assert.Equal(
            [
                "layers.0.weights [3, 4]", "layers.0.biases [4]", "layers.2.weights [4, 2]", "layers.2.biases [2]", "inputs.means [3]",
                "inputs.factors [3]", "targets.means [2]", "targets.factors [2]", "targets.minimums [2]", "targets.maximums [2]",
            ],
            weights.Select(array => array.ToString()));
        Assert.Equal(Trained().Parameters[..12].ToArray(), weights["layers.0.weights"].Values.ToArray());
        Assert.Equal(10, weights.Count);
        Assert.Same(weights[0], weights["layers.0.weights"]);
        Assert.Contains("'inputs.means'", Assert.Throws<KeyNotFoundException>(() => weights["x"]).Message);
    }

    [Fact]
    public void A_network_comes_back_from_its_weights()
    {
        var trained = Trained();
        var weights = NetworkWeights.Of(trained);
        AssertSamePredictions(trained, weights.ToNetwork(_network, new SquaredError()));
        AssertSamePredictions(trained, weights.ApplyTo(Other()));
        TestNumbers.AssertSameBits(trained.Parameters, NetworkWeights.Of(_network, trained.Parameters).ToParameters(_network));
    }

    [Fact]
    public void Layers_and_an_ensemble_come_back_up_to_rounding()
    {
        var network = new NetworkBuilder(6)
            .Replicate(3).EntityEmbedding(new EmbeddedCategory(5, 4, 2)).InputScale().NtkDense(8).BatchNormalization()
            .Activation(new PReLU()).NtkDense(2).Build();
        var parameters = network.Initialize(new HeNormal(), seed: 1);
        var weights = NetworkWeights.Of(network, parameters);
        Assert.Contains("layers.3.weights [3, 7, 8]", weights.Select(array => array.ToString()));
        Assert.Contains("layers.1.vectors_of_feature_5 [3, 5, 2]", weights.Select(array => array.ToString()));
        TestNumbers.AssertClose(parameters, weights.ToParameters(network), 1e-6f);
    }

    [Fact]
    public void Scaling_that_is_missing_stays_and_temperature_is_scaling()
    {
        var network = Network.FullyConnected(3, [], 2, new ReLU());
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 1);
        var inputs = new Standardization([1, 2, 3], [1, 1, 2]);
        var trained = new TrainedNetwork(network, parameters, new SoftmaxCrossEntropy(), inputs, temperature: 1.3);
        var layers = NetworkWeights.Of(network, new float[parameters.Length]);
        var applied = layers.ApplyTo(trained);
        Assert.Equal((1.3, inputs), (applied.Temperature, applied.Inputs));
        Assert.Equal(1.3, NetworkWeights.Of(trained).ApplyTo(trained).Temperature);
        Assert.Equal(1.3f, NetworkWeights.Of(trained).ToNetwork(network, trained.Loss).Temperature);
        Assert.Null(layers.ToNetwork(network, trained.Loss).Inputs);
    }

    [Fact]
    public void Everything_that_does_not_fit_is_listed()
    {
        var weights = new NetworkWeights(
            new WeightArray("layers.0.weights", [4, 3], new float[12]), new WeightArray("layers.0.biases", [4], new float[4]),
            new WeightArray("layers.2.bias", [2], new float[2]), new WeightArray("layers.2.weights", [9], new float[9]),
            new WeightArray("inputs.means", [3], new float[3]));
        var message = Assert.Throws<ArgumentException>(() => weights.ToNetwork(_network, new SquaredError())).Message;
        Assert.Equal(
            "The weights do not fit network 3-4-2 with SquaredError { }: 'layers.0.weights' has shape [4, 3], but [3, 4] is needed (it " +
            "is transposed; NetworkWeights.FromPyTorch converts the layout of PyTorch); 'layers.2.weights' has shape [9], but [4, 2] is " +
            "needed; 'layers.2.biases' [2] is missing; 'inputs.factors' [3] is missing; 'layers.2.bias' [2] is unknown.",
            message);
        Assert.Contains("'inputs.means' [3] is unknown", Assert.Throws<ArgumentException>(() => weights.ToParameters(_network)).Message);
    }

    [Fact]
    public void Scaling_that_the_loss_does_not_have_is_refused()
    {
        var weights = NetworkWeights.Of(Trained());
        Assert.Throws<ArgumentException>(() => weights.ToNetwork(_network, new SoftmaxCrossEntropy()));
        var negative = new NetworkWeights(weights.Select(array =>
            array.Name == "inputs.factors" ? new WeightArray(array.Name, array.Shape, [-1, 1, 1]) : array));
        Assert.Contains("factor -1", Assert.Throws<ArgumentException>(() => negative.ApplyTo(Trained())).Message);
    }

    [Fact]
    public void PyTorch_has_its_own_names_and_layout()
    {
        var weights = NetworkWeights.Of(Trained());
        var torch = weights.ToPyTorch();
        Assert.Equal(
            ["0.weight [4, 3]", "0.bias [4]", "2.weight [2, 4]", "2.bias [2]", "inputs.means [3]"],
            torch.Take(5).Select(array => array.ToString()));
        Assert.Equal(weights["layers.0.weights"].Values[1], torch["0.weight"].Values[3]);
        AssertSamePredictions(Trained(), torch.FromPyTorch().ApplyTo(Other()));
        AssertSamePredictions(Trained(), torch.Renamed(name => "net." + name).FromPyTorch("net.").Renamed(WithoutPrefix).ApplyTo(Other()));

        string WithoutPrefix(string name) => name.Replace("net.", "", StringComparison.Ordinal);
    }

    [Fact]
    public void Other_layers_have_no_names_in_PyTorch()
    {
        var network = new NetworkBuilder(3).Dense(2).LayerNormalization().Dense(1).Build();
        var weights = NetworkWeights.Of(network, network.Initialize(new HeNormal(), seed: 1));
        Assert.Contains("layers.1.scale [2]", Assert.Throws<InvalidOperationException>(() => weights.ToPyTorch()).Message);
        var torch = new NetworkWeights(new WeightArray("1.weight", [2], [1, 1]));
        Assert.Contains("1.weight [2]", Assert.Throws<InvalidOperationException>(() => torch.FromPyTorch()).Message);
    }

    [Fact]
    public void Arrays_that_are_not_allowed_are_refused()
    {
        Assert.Contains("needed, but there are 3", Message(() => new WeightArray("a", [2, 2], [1, 2, 3])));
        Assert.Contains("Value 1 of array 'a' is NaN", Message(() => new WeightArray("a", [2], [1, float.NaN])));
        Assert.Contains("at least 1", Message(() => new WeightArray("a", [0], [])));
        Assert.Contains("at most", Message(() => new WeightArray("a", [1 << 20, 1 << 20], [])));
        Assert.Contains("dimensions", Message(() => new WeightArray("a", Enumerable.Repeat(1, 33).ToArray(), [1])));
        Assert.Contains("0 characters", Message(() => new WeightArray("", [], [1])));
        Assert.Contains("control", Message(() => new WeightArray("a\n", [], [1])));
        var array = new WeightArray("a", [1], [1]);
        Assert.Contains("'a'", Message(() => new NetworkWeights(array, array)));
        Assert.Contains("null", Message(() => new NetworkWeights(array, null!)));
        Assert.Throws<InvalidOperationException>(() => array.Transposed());
        Assert.Contains("17 were passed", Message(() => NetworkWeights.Of(_network, new float[17])));

        static string Message(Func<object> make) => Assert.Throws<ArgumentException>(make).Message;
    }

    [Fact]
    public void A_name_that_safetensors_reserves_is_refused() =>
        Assert.Throws<InvalidOperationException>(
            () => new NetworkWeights(new WeightArray("__metadata__", [], [1])).SaveSafetensors(new MemoryStream()));

    private static TrainedNetwork Trained() => Make(seed: 1);

    private static TrainedNetwork Other() => Make(seed: 2);

    private static TrainedNetwork Make(int seed) => new(
        _network, TestNumbers.Normal(_network.ParameterCount, seed), new SquaredError(), new Standardization([seed, 2, 3], [1, 0.5f, 2]),
        new Standardization([4, seed], [0.5f, 2]), new TargetBounds([-9, -9], [8, 5 + seed]));

    private static void AssertSamePredictions(TrainedNetwork expected, TrainedNetwork actual)
    {
        var x = TestNumbers.Normal(15, seed: 9);
        TestNumbers.AssertSameBits(
            expected.CreateScorer(5).Predict(new ReadOnlyMatrix(x, 5, 3)).Values,
            actual.CreateScorer(5).Predict(new ReadOnlyMatrix(x, 5, 3)).Values);
    }
}
