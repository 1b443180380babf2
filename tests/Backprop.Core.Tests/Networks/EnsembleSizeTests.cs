using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

public class EnsembleSizeTests
{
    private static readonly Layer[] Two = [new Replicate(3, 2), new GroupedDense(6, 8, 2, ntkParametrization: false)];

    [Fact]
    public void Every_layer_of_an_ensemble_is_the_members_own_but_what_stands_in_for_missing_values()
    {
        var form = new MultilayerPerceptron
        {
            HiddenLayers = [5, 5],
            EnsembleSize = 4,
            MissingValues = MissingValues.Mean,
            Categories = [new(1, 3, 2)],
            SmoothClip = 3,
            InputNoise = 0.1,
            NumericEmbedding = new PeriodicPhaseEmbedding(),
            InputScale = true,
            Normalization = Normalization.Layer,
            Residual = true,
            Activation = new PReLU(),
            Dropout = 0.1,
        };
        var network = form.Build(3, 2);
        Assert.Equal(
            ["Imputation", "Replicate", "EntityEmbedding×", "SmoothClip×", "GaussianNoise", "PeriodicEmbeddingLayer×", "FeaturewiseDense×",
             "InputScale", "GroupedDense", "LayerNormalization×", "PReLULayer", "Dropout", "GroupedDense",
             "LayerNormalization×", "PReLULayer", "Dropout",
             "SkipConnection", "GroupedDense"],
            network.Layers.Select(layer => layer is PerMember several ? $"{several.Each.GetType().Name}×" : layer.GetType().Name));
        Assert.Equal((4, 2, 8, "3-4×5-4×5-4×2"), (network.EnsembleSize, network.Outputs, network.MemberOutputs, network.ToString()));
        Assert.Equal([1], network.CategorySlots);

        var single = (form with { EnsembleSize = 1 }).Build(3, 2);
        Assert.Equal((1, 2, 2), (single.EnsembleSize, single.Outputs, single.MemberOutputs));
        Assert.Equal(4 * (single.ParameterCount - 3) + 3, network.ParameterCount);
    }

    [Fact]
    public void Members_begin_with_different_weights()
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [5],
            EnsembleSize = 2,
            NumericEmbedding = new PeriodicPhaseEmbedding()
        }.Build(3, 1);
        var parameters = network.Initialize(new Backprop.Initializers.GlorotUniform(), seed: 1);
        for (var l = 1; l < network.Layers.Count; l++)
        {
            var own = parameters[network.ParametersOf(l)];
            if (own.Length > 0) Assert.NotEqual(own[..(own.Length / 2)], own[(own.Length / 2)..]);
        }
    }

    [Fact]
    public void Scores_are_averaged_as_the_loss_says_for_one_row_and_for_many()
    {
        var network = new Network(new Replicate(1, 3), new GroupedDense(3, 3, 3, ntkParametrization: false));
        float[] parameters = [1, 0, 2, 1, -1, 0]; // x, 2x + 1, −x
        float[] x = [.. Enumerable.Range(-10, 21).Select(i => i / 4f)];
        foreach (var rows in (int[])[1, 21])
        {
            var values = new TrainedNetwork(network, parameters, new SquaredError()).CreateScorer(rows);
            var chances = new TrainedNetwork(network, parameters, new LogisticLoss()).CreateScorer(rows);
            for (var first = 0; first < x.Length; first += rows)
            {
                var features = new ReadOnlyMatrix(x.AsSpan(first, rows), rows, 1);
                TestNumbers.AssertClose(
                    x.AsSpan(first, rows).ToArray().Select(v => (2 * v + 1) / 3).ToArray(), values.Predict(features).Values, 1e-6f);
                TestNumbers.AssertClose(
                    x.AsSpan(first, rows).ToArray().Select(v => (float)((Sigmoid(v) + Sigmoid(2 * v + 1) + Sigmoid(-v)) / 3)).ToArray(),
                    chances.Predict(features).Values, 1e-6f);
            }
        }

        static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
    }

    [Fact]
    public void What_would_mix_members_is_refused()
    {
        foreach (
            var layer in (Layer[])[
                new Dense(8, 2), new NtkDense(8, 2), new LayerNormalization(8), new InputSkip(8, 3), new PerMember(new InputScale(8), 1),
                new PeriodicEmbeddingLayer(8, 8, 2, 1, PeriodicForm.CosineAndSine)])
            Assert.Contains(
                "does not keep the 2 members of the ensemble separate",
                Assert.Throws<ArgumentException>(() => new Network([.. Two, layer])).Message);
        _ = new Network([.. Two, new GroupedDense(8, 4, 4, false)]); // two groups for each member
        Assert.Contains("does not keep", Assert.Throws<ArgumentException>(() => new Network([.. Two, new Replicate(8, 2)])).Message);
        Assert.Contains(
            "makes members, but layer 0 already did",
            Assert.Throws<ArgumentException>(
                () => new Network(new Replicate(3, 1), new Replicate(3, 2), new GroupedDense(6, 2, 2, false))).Message);
        Assert.Contains(
            "makes the members of the ensemble in between",
            Assert.Throws<ArgumentException>(
                () =>
                    new Network(new Dense(3, 4), new Replicate(4, 2), new GroupedDense(8, 4, 2, false), new SkipConnection(4, 2))).Message);
        Assert.Contains(
            "They need at least one for each value",
            Assert.Throws<ArgumentException>(
                () => new Network(new Dense(3, 4), new Replicate(4, 2), new ActivationLayer(8, new Tanh()))).Message);
        Assert.Contains(
            "reads category indices",
            Assert.Throws<ArgumentException>(
                () =>
                    new Network(
                        new InputScale(3), new Replicate(3, 2), new PerMember(new EntityEmbedding(3, [new(1, 2, 2)]), 2),
                        new GroupedDense(8, 2, 2, false))).Message);
        Assert.Contains("Swap", Assert.Throws<ArgumentException>(() => new Network([.. Two, new Swap(8)])).Message);
    }

    [Fact]
    public void A_builder_gives_every_member_a_layer_of_its_own_if_it_can()
    {
        var network = new NetworkBuilder(4).Replicate(2).Add(new Swap(4)).Dense(1).Build();
        Assert.Equal([new Replicate(4, 2), new PerMember(new Swap(4), 2), new GroupedDense(8, 2, 2, false)], network.Layers);
        float[] parameters = [1, 2, 3, 4, 0, 0, 0, 0, 1, 0];
        var scores = network.Forward(parameters, new ReadOnlyMatrix([1, 10, 100, 1000], 1, 4), new Workspace(network, 1));
        Assert.Equal([1000f + 200 + 30 + 4, 1], scores.Values.ToArray());

        Assert.Equal([new Dense(4, 2)], new NetworkBuilder(4).Replicate(1).Dense(2).Build().Layers);
        Assert.Contains(
            "has 2 members already", Assert.Throws<ArgumentException>(() => new NetworkBuilder(4).Replicate(2).Replicate(2)).Message);
        Assert.Contains(
            "InputSkip cannot be copied for each member",
            Assert.Throws<ArgumentException>("each", () => new NetworkBuilder(4).Replicate(2).InputSkip()).Message);
        Assert.Throws<ArgumentOutOfRangeException>("ensembleSize", () => new NetworkBuilder(4).Replicate(0));
        foreach (
            var layer in (Layer[])[
                new Dropout(3, 0.1), new BatchNormalization(3), new SkipConnection(3, 1), new Dense(3, 3), new Replicate(3, 2)])
            Assert.Throws<ArgumentException>("each", () => new PerMember(layer, 2));
    }

    // A user's own layer that mixes the columns it is given.
    private sealed record Swap(int Width) : Layer(Width, Width)
    {
        public override void Forward(ReadOnlySpan<float> parameters, ReadOnlyMatrix x, Matrix y)
        {
            for (var row = 0; row < x.Rows; row++)
            {
                x.Row(row).CopyTo(y.Row(row));
                y.Row(row).Reverse();
            }
        }

        public override void Backward(
            ReadOnlySpan<float> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<float> dParameters)
        {
            if (!dx.IsEmpty) Forward(parameters, dy, dx);
        }
    }
}
