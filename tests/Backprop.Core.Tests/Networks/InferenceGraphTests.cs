using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Core.Tests.Networks;

/// <summary>The operations of an inference graph, executed by textbook formulas, give the scores and predictions of the scorer.</summary>
public class InferenceGraphTests
{
    private const int Rows = 13, Features = 6;

    // The fifth and sixth feature hold categories; one value in six of the others is missing.
    private static readonly float[] Raw = MakeFeatures();

    public static TheoryData<string, string> LossesAndNetworks
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var loss in Loss.All)
                foreach (var shape in Shapes.Keys) data.Add(loss.GetType().Name, shape);
            return data;
        }
    }

    public static TheoryData<string> Activations => [.. Activation.All.Select(activation => activation.GetType().Name)];

    private static Dictionary<string, Func<int, Network>> Shapes { get; } = new()
    {
        ["single"] = outputs => new NetworkBuilder(Features).Imputation(MissingValues.Median, 0, 2)
            .ValueIndicators(FeatureScaling.Robust, new FewValuedFeature(0, 4), new FewValuedFeature(3, 2)).QuantileTransform(1)
            .OneHotEncoding(FeatureScaling.Standard, new OneHotCategory(4, 5), new OneHotCategory(5, 2)).SmoothClip(features: 4)
            .InputScale().Dense(9).BatchNormalization().Activation(new Mish()).Dropout(0.2)
            .Residual(block => block.BatchNormalization().Activation(new PReLU()).Dense(9).Dropout(0.1))
            .NtkDense(7).LayerNormalization().Activation(new ParametricMix(new SELU())).Dense(outputs).Build(),
        ["ensemble"] = outputs => WithEmbedding(
            new NetworkBuilder(Features).Imputation(MissingValues.Mean, 1).OneHotEncoding(null, new OneHotCategory(5, 2)).Replicate(3)
                .EntityEmbedding(new EmbeddedCategory(4, 5, 2)), new PeriodicPhaseEmbedding { Frequencies = 3 }, outputs),
        ["periodic"] = outputs => WithEmbedding(
            new NetworkBuilder(Features).Imputation(MissingValues.Learned),
            new PeriodicEmbedding { Frequencies = 3, Dimension = 4 }, outputs),
        ["monotone"] = outputs => new MultilayerPerceptron
        {
            HiddenLayers = [9, 9],
            Activation = new ParametricMix(new SELU()),
            MissingValues = MissingValues.Median,
            IndicatedFeatures = [0],
            OneHotCategories = [new OneHotCategory(4, 5), new OneHotCategory(5, 2)],
            NumericEmbedding = new PeriodicPhaseEmbedding { Frequencies = 3 },
            InputScale = true,
            NtkParametrization = true,
            EnsembleSize = 2,
            IncreasingFeatures = [2],
            DecreasingFeatures = [0],
        }.Build(Features, outputs),
        ["binned"] = outputs => WithEmbedding(
            new NetworkBuilder(Features).Imputation(MissingValues.Mean).Replicate(2),
            new PiecewiseLinearEmbedding { Bins = 4, Dimension = 3 }, outputs),
    };

    [Theory, MemberData(nameof(LossesAndNetworks))]
    public void Operations_agree_with_the_scorer_for_every_loss(string lossName, string shape)
    {
        var loss = Loss.All.Single(one => one.GetType().Name == lossName);
        var outputs = loss.TargetKind == TargetKind.Class ? 3 : loss.OutputsFor(loss.FitsTargets(loss.OutputsFor(1), 1) ? 1 : 2);
        var network = Shapes[shape](outputs);
        AssertAgree(Trained(network, loss));
    }

    [Theory, MemberData(nameof(Activations))]
    public void Operations_agree_with_the_scorer_for_every_activation(string name)
    {
        var activation = Activation.All.Single(one => one.GetType().Name == name);
        var network = new NetworkBuilder(Features).Imputation(MissingValues.Mean).Dense(8).Activation(activation).Dense(2).Build();
        AssertAgree(Trained(network, new SquaredError()));
    }

    [Fact]
    public void Features_beside_the_last_hidden_layer_are_those_that_enter_the_first()
    {
        var network = new NetworkBuilder(Features).Dense(8).Activation(new GELU { Approximate = true }).InputSkip().Dense(2).Build();
        var trained = new TrainedNetwork(network, network.Initialize(new HeNormal(), seed: 1), new SquaredError());
        AssertAgree(trained, TestNumbers.Normal(Rows * Features, seed: 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_error_of_an_autoencoder_is_that_of_its_operations(int members)
    {
        var network = new NetworkBuilder(Features).Imputation(MissingValues.Mean, 1).Replicate(members).Dense(5).Activation(new SiLU())
            .Dense(Features).ReconstructionError().Build();
        var parameters = Parameters(network);
        var trained = new TrainedNetwork(network, parameters, new AbsoluteError(), new Standardization(new float[6], [1, 1, 2, 1, 1, 1]))
            .With(parameters, ErrorDistribution.Of([0.5f, 1, 1, 2, 4, 8, 16, 32]));
        AssertAgree(trained);
    }

    [Fact]
    public void Sixteen_members_of_a_clip_of_some_columns_are_sliced_and_concatenated()
    {
        var network = new NetworkBuilder(Features).Imputation(MissingValues.Mean).Replicate(16).SmoothClip(features: 2).Dense(1).Build();
        var trained = Trained(network, new LogisticLoss());
        Assert.Equal(16, trained.Inference.Operations.OfType<SliceColumns>().Count());
        AssertAgree(trained);
    }

    [Fact]
    public void A_network_without_any_operation_is_the_identity()
    {
        var trained = new TrainedNetwork(new Network(new Dropout(Features, 0.5)), [], new SquaredError());
        AssertAgree(trained, TestNumbers.Normal(Rows * Features, seed: 3));
    }

    [Fact]
    public void Every_operation_reads_values_that_stand_before_it()
    {
        var operations = Trained(Shapes["ensemble"](3), new SoftmaxCrossEntropy()).Inference.Operations;
        var known = new HashSet<string> { InferenceGraph.Features };
        foreach (var operation in operations)
        {
            Assert.All(operation.Inputs, name => Assert.Contains(name, known));
            Assert.True(known.Add(operation.Output), $"{operation.Output} is computed twice.");
        }
        Assert.Equal(InferenceGraph.Predictions, operations[^1].Output);
    }

    [Fact]
    public void Every_layer_and_loss_of_the_assembly_is_described()
    {
        Assert.All(Layer.Kinds, kind => Assert.True(kind.IsAssignableTo(typeof(IDescribesInference)), kind.Name));
        Assert.All(Loss.All, loss => Assert.NotEqual(LossLink.Unknown, loss.Link));
        Assert.All(Loss.All, loss => Assert.NotEqual(MemberAverage.Unknown, loss.Averaging));
    }

    [Fact]
    public void A_layer_and_a_loss_of_the_callers_own_stay_whole()
    {
        var network = new Network(new Dense(Features, 2), new Docs.Shift(2));
        var graph = new TrainedNetwork(network, new float[network.ParameterCount], new Docs.ExpectileLoss()).Inference;
        Assert.Equal(["Affine", "RunLayer", "ApplyLink"], graph.Operations.Select(operation => operation.Kind));
        Assert.Same(network.Layers[1], graph.Operations.OfType<RunLayer>().Single().Layer);
        Assert.Equal(LossLink.Unknown, Assert.IsType<ApplyLink>(graph.Link).Loss.Link);
    }

    private static Network WithEmbedding(NetworkBuilder builder, NumericEmbedding embedding, int outputs)
    {
        embedding.AddTo(builder, 3);
        return builder.Dense(9).BatchNormalization().Activation(new SiLU()).Dense(outputs).Build();
    }

    // With temperature, or scaled targets and bounds that some rows reach, wherever the loss allows them.
    private static TrainedNetwork Trained(Network network, Loss loss)
    {
        var inputs = new Standardization([0.3f, -0.2f, 0.1f, float.NaN, 0, 0], [1.5f, 0.7f, 1.2f, 0, 1, 1]);
        var columns = loss.AllowsTargetScaling ? loss.TargetColumnsOf(network.Outputs) : 0;
        var scale = columns == 0 ? null : new Standardization([.. Enumerable.Repeat(2f, columns)], [.. Enumerable.Repeat(0.4f, columns)]);
        var bounds = columns == 0 ? null : new TargetBounds([.. Enumerable.Repeat(0.5f, columns)], [.. Enumerable.Repeat(4.5f, columns)]);
        return new TrainedNetwork(network, Parameters(network), loss, inputs, scale, bounds, loss.HasLogits ? 1.7 : 1);
    }

    private static float[] Parameters(Network network)
    {
        var parameters = network.Initialize(new HeNormal(), seed: 4, new ReadOnlyMatrix(Raw, Rows, Features));
        var noise = TestNumbers.Normal(parameters.Length, seed: 5, scale: 0.2);
        var offset = 0;
        foreach (var block in network.Layers.SelectMany(layer => layer.Blocks))
        {
            var isRunning = block.Name.StartsWith("running", StringComparison.Ordinal);
            for (var i = offset; i < offset + block.Length; i++)
                if (isRunning || block.Role != ParameterRole.Statistic) parameters[i] += isRunning ? Math.Abs(noise[i]) : noise[i];
            offset += block.Length;
        }
        return parameters;
    }

    private static float[] MakeFeatures()
    {
        var x = TestNumbers.Normal(Rows * Features, seed: 2);
        for (var row = 0; row < Rows; row++)
        {
            x[row * Features + 4] = row % 7; // 0 and 6 are unknown
            x[row * Features + 5] = row % 3;
            if (row % 3 > 0) x[row * Features + row % 4] = float.NaN;
        }
        return x;
    }

    private static void AssertAgree(TrainedNetwork trained) => AssertAgree(trained, Raw);

    private static void AssertAgree(TrainedNetwork trained, float[] features)
    {
        var x = new ReadOnlyMatrix(features, Rows, Features);
        var values = features.Chunk(Features).Select(row => GraphInterpreter.Run(trained.Inference, row)).ToArray();
        double[] scores = [.. values.SelectMany(row => row[trained.Inference.Scores])];
        double[] predictions = [.. values.SelectMany(row => row[InferenceGraph.Predictions])];
        Assert.All(scores, score => Assert.True(double.IsFinite(score)));

        Near.Equal("scores", scores, trained.CreateScorer(Rows).Score(x).Values, 1e-4, 1e-4);
        Near.Equal("predictions", predictions, trained.CreateScorer(Rows).Predict(x).Values, 1e-4, 1e-4);
        var single = trained.CreateScorer();
        for (var row = 0; row < Rows; row++)
            Near.Equal($"row {row}", values[row][trained.Inference.Scores], single.Score(x.RowRange(row, 1)).Values, 1e-4, 1e-4);
    }
}
