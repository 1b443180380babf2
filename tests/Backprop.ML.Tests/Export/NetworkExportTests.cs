using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Tests.Scenarios;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.ML.Tests.Export;

/// <summary>Networks by themselves, written as ONNX: ONNX Runtime computes the scores and predictions of our scorer.</summary>
public class NetworkExportTests
{
    private const int Rows = 1000, Features = 6;
    private const double Tolerance = 1e-5;

    // The fifth and sixth feature hold categories, some of them unknown; one value in six of the others is missing.
    private static readonly float[] Raw = MakeFeatures();

    public static TheoryData<string> Losses => [.. Loss.All.Select(loss => loss.GetType().Name)];

    public static TheoryData<string> Activations => [.. Activation.All.Select(activation => activation.GetType().Name)];

    [Theory, MemberData(nameof(Losses))]
    public void Every_loss_of_one_network_and_of_an_ensemble(string name)
    {
        var loss = Loss.All.Single(one => one.GetType().Name == name);
        foreach (var members in (int[])[1, 3])
        {
            var random = new Random(members);
            AssertAgree(Trained(RandomNetwork(random, OutputsOf(loss), members), loss, random));
        }
    }

    [Fact]
    public void Quantiles_of_two_targets_are_sorted()
    {
        var loss = new PinballLoss { Quantiles = [0.1, 0.5, 0.9] };
        foreach (var members in (int[])[1, 4])
        {
            var random = new Random(7);
            AssertAgree(Trained(RandomNetwork(random, loss.OutputsFor(2), members), loss, random));
        }
    }

    [Theory, MemberData(nameof(Activations))]
    public void Every_activation(string name)
    {
        var activation = Activation.All.Single(one => one.GetType().Name == name);
        var network = new NetworkBuilder(Features).Imputation(MissingValues.Mean).Dense(8).Activation(activation).Dense(2).Build();
        AssertAgree(Trained(network, new SquaredError(), new Random(1)));
        if (activation is GELU)
            AssertAgree(
                Trained(
                    new NetworkBuilder(Features).Imputation(MissingValues.Mean).Dense(8).Activation(new GELU { Approximate = true })
                        .Dense(2).Build(), new SquaredError(), new Random(1)));
    }

    [Fact]
    public void Random_networks_of_every_kind_of_layer()
    {
        var seen = new HashSet<Type>();
        for (var seed = 0; seed < 80; seed++)
        {
            var random = new Random(seed);
            var loss = Loss.All[random.Next(Loss.All.Count)];
            var network = RandomNetwork(random, OutputsOf(loss), members: random.Next(3) == 0 ? 3 : 1);
            seen.UnionWith(network.Layers.Select(layer => layer.GetType()));
            AssertAgree(Trained(network, loss, random), $"seed {seed}: {network}");
        }
        Type[] others =
        [
            typeof(MonotoneDense), typeof(ParallelLayers), typeof(ColumnOrder), typeof(InputSkip), typeof(ReconstructionResidual),
            typeof(WeightedMeanSquare),
        ];
        string[] missing = [.. Kinds().Except(seen).Except(others).Select(kind => kind.Name)];
        Assert.True(missing.Length == 0, $"No random network has {string.Join(", ", missing)}.");
    }

    // Without replacement, rows with missing features are scored NaN.
    [Fact]
    public void Features_beside_the_last_hidden_layer_and_missing_values_that_stay()
    {
        var network = new NetworkBuilder(Features).Dense(8).Activation(new SiLU()).InputSkip().Dense(2).Build();
        AssertAgree(Trained(network, new SquaredError(), new Random(1)));
    }

    // A missing value stays missing. Layers that bound their outputs, such as quantiles, have a score for an infinite one.
    [Theory, InlineData("quantiles"), InlineData("asinh"), InlineData("clip"), InlineData("none")]
    public void Features_that_are_not_finite(string first)
    {
        var builder = new NetworkBuilder(Features);
        builder = first switch
        {
            "quantiles" => builder.QuantileTransform(1, 3),
            "asinh" => builder.AsinhScaling(),
            "clip" => builder.SmoothClip(),
            _ => builder,
        };
        var trained = Trained(builder.Dense(8).Activation(new Tanh()).Dense(2).Build(), new SquaredError(), new Random(1));
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity], x = new float[2 * odd.Length * Features];
        for (var row = 0; row < 2 * odd.Length; row++) x[row * Features + 1 + 2 * (row % 2)] = odd[row / 2];
        using var onnx = new OnnxRun(stream => OnnxExport.Write(trained, stream));
        var scores = trained.CreateScorer(2 * odd.Length).Score(new ReadOnlyMatrix(x, 2 * odd.Length, Features));
        var theirs = (float[])onnx.Run(OnnxRun.Tensor(OnnxExport.Features, x, Features))[OnnxExport.Scores];
        Assert.InRange(Agreement.Largest(scores.Values, theirs), 0, Tolerance);
        Assert.True(float.IsNaN(scores.Row(0)[0]));
        if (first == "quantiles") Assert.True(float.IsFinite(scores.Row(2)[0]) && float.IsFinite(scores.Row(4)[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_error_and_the_probability_of_an_autoencoder(int members)
    {
        var network = new NetworkBuilder(Features).Imputation(MissingValues.Mean, 0).Replicate(members).Dense(9).Activation(new SiLU())
            .Dense(Features).ReconstructionError().Build();
        float[] held = [.. Raw.Take(20 * Features).Select(value => 1.1f * value)];
        var options = new TrainingOptions { Loss = new AbsoluteError(), StandardizeTargets = false, NumberOfIterations = 1 };
        AssertAgree(new Trainer(options).Train(network, Examples(Raw), Examples(held)).Network);

        static ExampleSet Examples(float[] features) =>
            new(features, Features, new float[features.Length / Features], allowsMissing: true);
    }

    [Fact]
    public void A_batch_of_one_and_of_4096_rows_give_the_same()
    {
        var random = new Random(5);
        var trained = Trained(RandomNetwork(random, 3, members: 3), new SoftmaxCrossEntropy(), random);
        using var onnx = new OnnxRun(stream => OnnxExport.Write(trained, stream));
        float[] many = [.. Enumerable.Repeat(Raw, 5).SelectMany(rows => rows).Take(4096 * Features)];
        var all = Scores(onnx, many);
        for (var row = 0; row < 50; row++)
        {
            var one = Scores(onnx, many.AsSpan(row * Features, Features).ToArray());
            Assert.InRange(Agreement.Largest(all.AsSpan(row * 3, 3), one), 0, Tolerance);
        }
        Assert.Equal(4096 * 3, all.Length);
    }

    [Fact]
    public void What_has_no_operators_is_named()
    {
        var network = new NetworkBuilder(Features).Dense(1).Build();
        Refused(new TrainedNetwork(network, new float[network.ParameterCount], new Lopsided(0.2)), "loss", nameof(Lopsided));
        var own = new Network(new Dense(Features, 2), new OwnLayer(2));
        Refused(new TrainedNetwork(own, new float[own.ParameterCount], new SquaredError()), "layer", nameof(OwnLayer));
        var bent = new NetworkBuilder(Features).Dense(2).Activation(new OwnActivation()).Dense(1).Build();
        Refused(new TrainedNetwork(bent, new float[bent.ParameterCount], new SquaredError()), "activation", nameof(OwnActivation));

        static void Refused(TrainedNetwork trained, string kind, string name)
        {
            using var stream = new MemoryStream();
            var error = Assert.Throws<NotSupportedException>(() => OnnxExport.Write(trained, stream));
            Assert.Contains($"custom {kind} ", error.Message);
            Assert.Contains(name, error.Message);
            Assert.Equal(0, stream.Length);
        }
    }

    private static IEnumerable<Type> Kinds() => typeof(Layer).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(Layer)) && type is { IsAbstract: false, IsPublic: true });

    private static int OutputsOf(Loss loss) =>
        loss.TargetKind == TargetKind.Class ? 3 : loss.OutputsFor(loss.FitsTargets(loss.OutputsFor(1), 1) ? 1 : 2);

    private static Network RandomNetwork(Random random, int outputs, int members)
    {
        var replacement = (MissingValues)(1 + random.Next(Enum.GetValues<MissingValues>().Length - 1));
        var builder = new NetworkBuilder(Features).Imputation(replacement, 0, 2);
        if (random.Next(2) == 0)
            builder.ValueIndicators(FeatureScaling.Robust, new FewValuedFeature(1, 5), new FewValuedFeature(2, 3));
        if (random.Next(2) == 0) builder.QuantileTransform(1, 3);
        var isEmbedded = random.Next(2) == 0;
        if (isEmbedded) builder.OneHotEncoding(null, new OneHotCategory(5, 2));
        else
        {
            FeatureScaling? scaling = random.Next(2) == 0 ? FeatureScaling.Standard : null;
            builder.OneHotEncoding(scaling, new OneHotCategory(4, 5), new OneHotCategory(5, 2));
            if (random.Next(2) == 0) builder.AsinhScaling(features: 4);
            if (random.Next(2) == 0) builder.SmoothClip(features: 3);
        }
        if (members > 1) builder.Replicate(members);
        if (isEmbedded) builder.EntityEmbedding(new EmbeddedCategory(4, 5, 2));
        NumericEmbedding? embedding = random.Next(4) switch
        {
            0 => new PeriodicPhaseEmbedding { Frequencies = 3 },
            1 => new PeriodicEmbedding { Frequencies = 3, Dimension = 4 },
            2 => new PiecewiseLinearEmbedding { Bins = 4, Dimension = 3 },
            _ => null,
        };
        if (embedding is not null) builder.Embed(embedding, features: 3);
        if (random.Next(2) == 0) builder.InputScale();
        if (random.Next(2) == 0) builder.Dense(9);
        else builder.NtkDense(9);
        for (var layer = random.Next(1, 4); layer > 0; layer--)
        {
            switch (random.Next(members == 1 ? 4 : 3))
            {
                case 0: builder.BatchNormalization(); break;
                case 1: builder.Residual(block => block.Activation(new PReLU()).Dense(9).Dropout(0.1)); break;
                case 2: builder.Activation(new ParametricMix(new SELU())).Dropout(0.2).GaussianNoise(0.1); break;
                default: builder.LayerNormalization().AlphaDropout(0.1); break;
            }
            builder.Activation(Activation.All[random.Next(Activation.All.Count)]);
        }
        return builder.Dense(outputs).Build();
    }

    // With temperature, or scaled targets and bounds that some rows reach, wherever the loss allows them.
    private static TrainedNetwork Trained(Network network, Loss loss, Random random)
    {
        var inputs = new Standardization([0.3f, -0.2f, 0.1f, 0.2f, 0, 0], [1.5f, 0.7f, 1.2f, 0, 1, 1]);
        var columns = loss.AllowsTargetScaling ? network.Outputs / loss.OutputsFor(1) : 0;
        var scale = columns == 0 ? null : new Standardization([.. Enumerable.Repeat(2f, columns)], [.. Enumerable.Repeat(0.4f, columns)]);
        var bounds = columns == 0 ? null : new TargetBounds([.. Enumerable.Repeat(0.5f, columns)], [.. Enumerable.Repeat(4.5f, columns)]);
        return new TrainedNetwork(network, Parameters(network, random), loss, inputs, scale, bounds, loss.HasLogits ? 1.7 : 1);
    }

    private static float[] Parameters(Network network, Random random)
    {
        var parameters = network.Initialize(new HeNormal(), seed: 4, new ReadOnlyMatrix(Raw, Rows, Features));
        var offset = 0;
        foreach (var block in network.Layers.SelectMany(layer => layer.Blocks))
        {
            var isRunning = block.Name.StartsWith("running", StringComparison.Ordinal);
            for (var i = offset; i < offset + block.Length; i++)
            {
                var noise = 0.4f * (random.NextSingle() - 0.5f);
                if (isRunning || block.Role != ParameterRole.Statistic) parameters[i] += isRunning ? Math.Abs(noise) : noise;
            }
            offset += block.Length;
        }
        return parameters;
    }

    private static float[] MakeFeatures()
    {
        var random = new Random(2);
        var x = new float[Rows * Features];
        for (var row = 0; row < Rows; row++)
        {
            for (var j = 0; j < 4; j++) x[row * Features + j] = 4 * (random.NextSingle() + random.NextSingle() - 1);
            x[row * Features + 4] = row % 7; // 0 and 6 are unknown
            x[row * Features + 5] = row % 3;
            if (row % 3 > 0) x[row * Features + row % 4] = float.NaN;
        }
        return x;
    }

    private static float[] Scores(OnnxRun onnx, float[] features) =>
        (float[])onnx.Run(OnnxRun.Tensor(OnnxExport.Features, features, Features))[OnnxExport.Scores];

    private static void AssertAgree(TrainedNetwork trained, string what = "")
    {
        using var onnx = new OnnxRun(stream => OnnxExport.Write(trained, stream));
        var values = onnx.Run(OnnxRun.Tensor(OnnxExport.Features, Raw, Features));
        var x = new ReadOnlyMatrix(Raw, Rows, Features);
        var scores = Agreement.Largest(trained.CreateScorer(Rows).Score(x).Values, (float[])values[OnnxExport.Scores]);
        var predictions = Agreement.Largest(trained.CreateScorer(Rows).Predict(x).Values, (float[])values[OnnxExport.Predictions]);
        Assert.True(scores <= Tolerance && predictions <= Tolerance, $"scores {scores}, predictions {predictions}; {what}");
    }

    /// <summary>y = x + 1.</summary>
    private sealed record OwnLayer(int Width) : Layer(Width, Width)
    {
        public override void Forward(ReadOnlySpan<float> parameters, ReadOnlyMatrix x, Matrix y)
        {
            for (var i = 0; i < y.Values.Length; i++) y.Values[i] = x.Values[i] + 1;
        }

        public override void Backward(
            ReadOnlySpan<float> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<float> dParameters) =>
            dy.Values.CopyTo(dx.Values);
    }

    private sealed record OwnActivation : Activation
    {
        public override void Forward(ReadOnlySpan<float> x, Span<float> y) => x.CopyTo(y);

        public override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx) =>
            dy.CopyTo(dx);
    }
}
