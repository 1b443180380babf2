using System.Text.Json.Nodes;
using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Networks;

/// <summary>Activations of hidden layers as outputs.</summary>
public class HiddenOutputTests
{
    private const int Rows = 9, Features = 3;

    private static readonly float[] X = TestNumbers.Normal(Rows * Features, seed: 1);

    // A forward pass by hand: h₁ = max(0, x·W₁ + b₁), h₂ = tanh(h₁·W₂ + b₂).
    [Theory]
    [InlineData(1)]
    [InlineData(Rows)]
    public void They_are_those_of_a_forward_pass_by_hand(int rows)
    {
        var network = new NetworkBuilder(Features).Dropout(0.3).Dense(4).Activation(new ReLU()).Dropout(0.5).Dense(2)
            .Activation(new Tanh()).Dense(1).Build();
        var parameters = network.Initialize(new HeNormal(), seed: 2);
        var scorer = new TrainedNetwork(network, parameters, new SquaredError()).WithHiddenLayer(1, "first").WithHiddenLayer(-1, "last")
            .CreateScorer(rows);
        scorer.Score(new ReadOnlyMatrix(X.AsSpan(0, rows * Features), rows, Features));
        for (var row = 0; row < rows; row++)
        {
            double[] x = [.. X.Skip(row * Features).Take(Features).Select(value => (double)value)];
            double[] first = [.. Affine(x, parameters, 0, 4).Select(value => Math.Max(0, value))];
            double[] last = [.. Affine(first, parameters, 16, 2).Select(Math.Tanh)];
            TestNumbers.AssertClose([.. first.Select(value => (float)value)], scorer.HiddenOf(0).Row(row), 1e-5f);
            TestNumbers.AssertClose([.. last.Select(value => (float)value)], scorer.HiddenOf(1).Row(row), 1e-5f);
        }
    }

    // Batch normalization merges into the weights, and an activation may work in the memory of the layer before.
    [Fact]
    public void Layers_that_are_omitted_or_work_in_place_do_not_change_them()
    {
        var network = new NetworkBuilder(Features).Dense(5).BatchNormalization().Activation(new ReLU()).Activation(new Identity())
            .BatchNormalization().Activation(new Sigmoid()).Dense(1).Build();
        var parameters = network.Initialize(new HeNormal(), seed: 2, new ReadOnlyMatrix(X, Rows, Features));
        for (var i = 20; i < 25; i++) parameters[i] = 0.1f * i; // γ
        var trained = new TrainedNetwork(network, parameters, new SquaredError());
        foreach (var layer in (int[])[1, 2, 3])
        {
            var end = network.Layers.Index().Where(each => each.Item is ActivationLayer).ElementAt(layer - 1).Index + 1;
            var part = new Network([.. network.Layers.Take(end)]);
            var expected = part.Forward(
                parameters.AsSpan(0, part.ParameterCount), new ReadOnlyMatrix(X, Rows, Features), new Workspace(part, Rows)).Values;
            var scorer = trained.WithHiddenLayer(layer, "hidden").CreateScorer(Rows);
            var scores = scorer.Score(new ReadOnlyMatrix(X, Rows, Features)).Values.ToArray();
            TestNumbers.AssertClose(expected, scorer.HiddenOf(0).Values, 1e-5f);
            TestNumbers.AssertClose(trained.CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, Features)).Values, scores, 1e-5f);
        }
    }

    [Fact]
    public void Members_are_side_by_side()
    {
        const int members = 3, units = 4;
        var network = new NetworkBuilder(Features).Replicate(members).Dense(units).Activation(new Tanh()).Dense(1).Build();
        var parameters = network.Initialize(new HeNormal(), seed: 2);
        var trained = new TrainedNetwork(network, parameters, new SquaredError()).WithHiddenLayer(1, "hidden");
        var scorer = trained.CreateScorer();
        scorer.Score(new ReadOnlyMatrix(X.AsSpan(0, Features), 1, Features));
        var hidden = scorer.HiddenOf(0).Row(0).ToArray();
        Assert.Equal(members * units, hidden.Length);
        double[] x = [X[0], X[1], X[2]];
        for (var member = 0; member < members; member++)
        {
            var expected = Affine(x, parameters, member * 16, units).Select(value => (float)Math.Tanh(value)).ToArray();
            TestNumbers.AssertClose(expected, hidden.AsSpan(member * units, units), 1e-5f);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-2)]
    public void A_wrong_layer_is_refused_and_the_allowed_ones_are_named(int layer)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(nameof(layer), () => Two().WithHiddenLayer(layer, "hidden"));
        Assert.Contains("from 1 to 2, or −1 for the last", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_names_and_networks_without_hidden_layers_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => Two().WithHiddenLayer(1, ""));
        Assert.Contains(
            "same name", Assert.Throws<ArgumentException>(() => Two().WithHiddenLayer(1, "a").WithHiddenLayer(2, "a")).Message);
        var linear = new TrainedNetwork(new Network(new Dense(2, 1)), new float[3], new SquaredError());
        Assert.Contains("no hidden layer", Assert.Throws<ArgumentException>(() => linear.WithHiddenLayer(1, "a")).Message);
        Assert.Throws<ArgumentOutOfRangeException>("index", () => { _ = Two().CreateScorer().HiddenOf(0); });
    }

    [Fact]
    public void They_are_saved_and_damage_is_refused()
    {
        var bytes = Saved.Bytes(new TrainingResult(Two().WithHiddenLayer(2, "b").WithHiddenLayer(1, "a"), [], BestEpoch: 0));
        Assert.Equal([new HiddenOutput(2, "b"), new HiddenOutput(1, "a")], Saved.Read(bytes).Network.HiddenOutputs);
        Assert.Equal(bytes, Saved.Bytes(Saved.Read(bytes)));
        foreach (var damage in (string[])["[{\"layer\":3,\"name\":\"a\"}]", "[{\"layer\":1,\"name\":\"\"}]", "[null]", "[{\"layer\":1}]"])
        {
            var header = JsonNode.Parse(Saved.Header(bytes))!.AsObject();
            header["hiddenOutputs"] = JsonNode.Parse(damage);
            Assert.Throws<FormatException>(() => Saved.Read(Saved.Forge(header.ToJsonString(), Saved.Floats(bytes))));
        }
    }

    private static TrainedNetwork Two()
    {
        var network = Network.FullyConnected(2, [3, 2], 1, new Tanh());
        return new TrainedNetwork(network, network.Initialize(new HeNormal(), seed: 1), new SquaredError());
    }

    private static double[] Affine(double[] x, float[] parameters, int first, int outputs) =>
    [
        .. Enumerable.Range(0, outputs).Select(k =>
            x.Select((value, j) => value * parameters[first + j * outputs + k]).Sum() + parameters[first + x.Length * outputs + k]),
    ];
}
