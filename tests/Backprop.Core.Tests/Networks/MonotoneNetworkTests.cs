using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Persistence;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Networks;

/// <summary>Scores are monotone in constrained features for random parameters, trained ones, and after saving.</summary>
public class MonotoneNetworkTests
{
    // Feature 0 is increasing, 2 is decreasing; 3 holds one of three categories.
    private const int Features = 5, Category = 3;

    private static readonly int[] Increasing = [0], Decreasing = [2];

    private static readonly MultilayerPerceptron Plain = new() { HiddenLayers = [12, 9] };

    private static readonly MultilayerPerceptron Recipe = Plain with
    {
        HiddenLayers = [12, 12, 12],
        Activation = new ParametricMix(new Mish()),
        NtkParametrization = true,
        MissingValues = MissingValues.Median,
        IndicatedFeatures = [2],
        SmoothClip = 3,
        NumericEmbedding = new PeriodicPhaseEmbedding(),
        InputScale = true,
        OneHotCategories = [new OneHotCategory(Category, 3)],
        EnsembleSize = 3,
    };

    private static Dictionary<string, MultilayerPerceptron> Architectures { get; } = new()
    {
        ["plain"] = Plain,
        ["tanh"] = Plain with { Activation = new Tanh() },
        ["gelu"] = Plain with { Activation = new GELU(), MonotoneActivation = new ELU() },
        ["linear"] = Plain with { HiddenLayers = [] },
        ["residual"] = Plain with { HiddenLayers = [10, 10, 10], Residual = true, InputSkip = true },
        ["embedded"] = Plain with
        {
            Categories = [new EmbeddedCategory(Category, 3, 2)],
            NumericEmbedding = new PiecewiseLinearEmbedding { Bins = 4, Dimension = 3 },
        },
        ["scaled"] = Plain with { InputScale = true, Dropout = 0.2, InputNoise = 0.1 },
        ["recipe"] = Recipe,
        ["recipe of one"] = Recipe with { EnsembleSize = 1, OneHotCategories = [] },
    };

    public static TheoryData<string> Names => [.. Architectures.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Scores_of_random_networks_are_monotone(string name)
    {
        for (var seed = 0; seed < 8; seed++) AssertMonotone(Random(Constrained(name), seed), seed, name);
    }

    // The check must be able to fail.
    [Theory, MemberData(nameof(Names))]
    public void Scores_of_the_same_networks_without_constraints_are_not(string name)
    {
        var failures = 0;
        for (var seed = 0; seed < 8; seed++)
            if (CountViolations(Random(Architectures[name], seed), seed, tolerance: 1e-3f) > 0) failures++;
        Assert.InRange(failures, 4, 8);
    }

    [Fact]
    public void All_features_may_be_constrained()
    {
        var architecture = Recipe with
        {
            OneHotCategories = [],
            IndicatedFeatures = [],
            IncreasingFeatures = [0, 1, 4],
            DecreasingFeatures = [2, 3],
        };
        for (var seed = 0; seed < 4; seed++) AssertMonotone(Random(architecture, seed), seed, "all");
    }

    // Every operation rounds in one direction, as long as no feature is clipped smoothly: not the last bit decreases.
    [Theory]
    [InlineData("plain")]
    [InlineData("residual")]
    [InlineData("linear")]
    public void Without_smooth_operations_the_order_is_exact(string name)
    {
        for (var seed = 0; seed < 20; seed++)
            Assert.Equal(0, CountViolations(Random(Constrained(name), seed), seed, tolerance: 0, isFine: true));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("recipe")]
    public void A_trained_network_is_monotone_although_its_data_is_not(string name)
    {
        var examples = NoisyExamples(300);
        var free = Trained(Architectures[name], examples);
        Assert.InRange(CountViolations(free, 1, tolerance: 1e-3f), 1, int.MaxValue);
        var trained = Trained(Constrained(name), examples);
        AssertMonotone(trained, 1, name);
        Assert.True(LossOf(trained, examples) < 0.6 * LossOf(Constant(trained), examples), "The network has learned nothing.");

        using var stream = new MemoryStream();
        NetworkFormat.Write(stream, new TrainingResult(trained, [], 0));
        stream.Position = 0;
        var read = NetworkFormat.Read(stream).Network;
        Assert.Equal(trained.Network.Layers, read.Network.Layers);
        AssertMonotone(read, 2, name);
    }

    // A network with non-negative weights and ReLU alone would be convex.
    [Fact]
    public void A_function_that_is_neither_convex_nor_concave_is_learned()
    {
        static double Function(double x) => Math.Tanh(4 * (x + 1)) + Math.Tanh(4 * (x - 1));
        float[] x = [.. Enumerable.Range(0, 400).Select(i => i / 100f - 2)], y = [.. x.Select(value => (float)Function(value))];
        var network = new MultilayerPerceptron { HiddenLayers = [32, 32], IncreasingFeatures = [0] }.Build(1, 1);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Adam(),
            LearningRate = 0.01,
            NumberOfIterations = 120,
            Seed = 1,
        };
        var trained = new Trainer(options).Train(network, new ExampleSet(x, 1, y)).Network;
        var scores = trained.CreateScorer(x.Length).Score(new ReadOnlyMatrix(x, x.Length, 1)).Values;
        var worst = 0.0;
        for (var i = 0; i < x.Length; i++) worst = Math.Max(worst, Math.Abs(scores[i] - y[i]));
        Assert.InRange(worst, 0, 0.15);
    }

    // A checkpoint compares the texts of layers.
    [Fact]
    public void Other_constraints_have_other_texts()
    {
        var other = Recipe with { IncreasingFeatures = Decreasing, DecreasingFeatures = Increasing };
        string[] texts = [.. Constrained("recipe").Build(Features, 1).Layers.Select(layer => $"{layer}")];
        Assert.NotEqual(texts, other.Build(Features, 1).Layers.Select(layer => $"{layer}"));
        var first = Constrained("plain").Build(Features, 1).Layers[0];
        Assert.Equal("MonotoneDense 5 → 12, increasing [0], decreasing [2], 6 free, 1 groups", first.ToString());
    }

    [Fact]
    public void Free_units_do_not_depend_on_constrained_features()
    {
        var network = Constrained("plain").Build(Features, 1);
        var layer = Assert.IsType<MonotoneDense>(network.Layers[0]);
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 1);
        var weights = layer.EffectiveWeights(parameters.AsSpan(network.ParametersOf(0)));
        Assert.Equal(6, layer.FreeOutputs);
        for (var unit = 0; unit < 12; unit++)
        {
            var (increasing, decreasing) = (weights[unit], weights[2 * 12 + unit]);
            if (unit < layer.FreeOutputs) Assert.Equal((0f, 0f), (increasing, decreasing));
            else Assert.True(increasing > 0 && decreasing < 0, $"Unit {unit} has the weights {increasing} and {decreasing}.");
        }
    }

    // With inputs of mean 0 and variance 1, those of the constrained features fully correlated.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void At_the_start_free_and_constrained_features_have_equal_shares_of_the_variance(bool ntkParametrization)
    {
        const int free = 40, constrained = 24, units = 400;
        int[] increasing = [.. Enumerable.Range(free, constrained)];
        var layer = new MonotoneDense(free + constrained, units, increasing, [], 0, groups: 1, ntkParametrization);
        var parameters = new float[layer.ParameterCount];
        layer.Initialize(
            parameters, ntkParametrization ? new NtkNormal() : new LeCunNormal(),
            new RandomSequence(1, RandomPurpose.Initialization));
        var weights = layer.EffectiveWeights(parameters);
        double ofFree = 0, ofConstrained = 0;
        for (var unit = 0; unit < units; unit++)
        {
            var sum = 0.0;
            for (var i = 0; i < free; i++) ofFree += Math.Pow(weights[i * units + unit], 2) / units;
            for (var i = free; i < free + constrained; i++) sum += weights[i * units + unit];
            ofConstrained += sum * sum / units;
        }
        Assert.Equal(0.5, ofFree, 0.05);
        Assert.Equal(0.5, ofConstrained, 0.05);
    }

    [Fact]
    public void Weights_are_exchanged_as_the_matrix_that_multiplies_and_other_signs_are_refused()
    {
        var trained = Random(Constrained("plain"), 1);
        var network = trained.Network;
        var weights = NetworkWeights.Of(trained);
        var first = weights["layers.0.weights"].Values.ToArray();
        Assert.Equal(((MonotoneDense)network.Layers[0]).EffectiveWeights(trained.Parameters[network.ParametersOf(0)]), first);

        var copy = weights.ToNetwork(network, new SquaredError());
        var x = TestNumbers.Normal(Features, seed: 3);
        Assert.Equal(Score(trained, x), Score(copy, x), 1e-5f);

        first[11] = -1;
        NetworkWeights wrong = new(
            weights.Select(array => array.Name == "layers.0.weights" ? new WeightArray(array.Name, [.. array.Shape], first) : array));
        var problem = Assert.Throws<ArgumentException>(() => wrong.ToParameters(network));
        Assert.Contains("input 0 and output 11 is -1", problem.Message);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "both", "both name feature 1" },
        { "category", "Feature 3 holds categories" },
        { "range", "features must be from 0 to 4" },
        { "batch", "a normalized unit may decrease" },
        { "autoencoder", "has an error as output" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void What_cannot_be_monotone_is_refused(string name, string expected)
    {
        var architecture = name switch
        {
            "both" => Plain with { IncreasingFeatures = [1], DecreasingFeatures = [0, 1] },
            "category" => Plain with { IncreasingFeatures = [Category], OneHotCategories = [new OneHotCategory(Category, 3)] },
            "range" => Plain with { DecreasingFeatures = [Features] },
            "batch" => Plain with { IncreasingFeatures = [0], Normalization = Normalization.Batch },
            _ => Plain with { IncreasingFeatures = [0], Autoencoder = true },
        };
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => architecture.Build(Features, 1)).Message);
    }

    [Fact]
    public void Losses_and_activations_that_cannot_be_monotone_are_refused()
    {
        Assert.Throws<ArgumentException>("MonotoneActivation", () => new MultilayerPerceptron { MonotoneActivation = new SiLU() });
        foreach (var loss in (Loss[])[new SoftmaxCrossEntropy(), new GaussianNegativeLogLikelihood()])
        {
            var values = new PresetValues { Architecture = Constrained("plain"), Training = new TrainingOptions { Loss = loss } };
            var problem = Assert.Throws<ArgumentException>(() => values.BuildNetwork(NoisyExamples(10), outputs: 2));
            Assert.Contains("does not make predictions of single scores", problem.Message);
        }
    }

    [Fact]
    public void Training_has_the_same_bits_for_any_number_of_threads()
    {
        var examples = NoisyExamples(200);
        var one = Trained(Constrained("recipe"), examples, threads: 1).Parameters.ToArray();
        TestNumbers.AssertSameBits(one, Trained(Constrained("recipe"), examples, threads: 3).Parameters);
    }

    private static MultilayerPerceptron Constrained(string name) =>
        Architectures[name] with { IncreasingFeatures = Increasing, DecreasingFeatures = Decreasing };

    // Large random parameters, after the start that fits bins to examples.
    private static TrainedNetwork Random(MultilayerPerceptron architecture, int seed)
    {
        var network = architecture.Build(Features, 2);
        var examples = new ReadOnlyMatrix(Rows(64, seed), 64, Features);
        var parameters = network.Initialize(new HeNormal(), seed, examples);
        var noise = TestNumbers.Normal(parameters.Length, seed + 100);
        var offset = 0;
        foreach (var block in network.Layers.SelectMany(layer => layer.Blocks))
        {
            for (var i = offset; i < offset + block.Length; i++)
                if (block.Role != ParameterRole.Statistic) parameters[i] += noise[i];
            offset += block.Length;
        }
        return new TrainedNetwork(network, parameters, new SquaredError());
    }

    private static float[] Rows(int count, int seed)
    {
        var rows = TestNumbers.Normal(count * Features, seed + 1000, scale: 1.5);
        for (var row = 0; row < count; row++) rows[row * Features + Category] = 1 + row % 3;
        return rows;
    }

    private static void AssertMonotone(TrainedNetwork network, int seed, string name) =>
        Assert.True(CountViolations(network, seed, tolerance: 1e-6f) == 0, $"{name}, seed {seed}: a score is not monotone.");

    // Pairs of neighbours on a grid of each constrained feature, other features fixed. The tolerance is a share of the scores' range.
    private static int CountViolations(TrainedNetwork network, int seed, float tolerance, bool isFine = false)
    {
        const int lines = 12, points = 40;
        var rows = Rows(lines, seed + 7);
        var scorer = network.CreateScorer(points);
        var violations = 0;
        for (var line = 0; line < lines; line++)
            foreach (var (feature, sign) in Increasing.Select(j => (j, 1)).Concat(Decreasing.Select(j => (j, -1))))
            {
                var x = new float[points * Features];
                for (var i = 0; i < points; i++)
                {
                    rows.AsSpan(line * Features, Features).CopyTo(x.AsSpan(i * Features));
                    var value = isFine ? FineValue(rows[line * Features + feature], i) : 8f * i / points - 4;
                    x[i * Features + feature] = value;
                }
                var scores = scorer.Score(new ReadOnlyMatrix(x, points, Features));
                for (var output = 0; output < network.Network.Outputs; output++)
                {
                    var along = new float[points];
                    for (var i = 0; i < points; i++) along[i] = scores.Row(i)[output];
                    var allowed = -tolerance * (along.Max() - along.Min());
                    violations += Enumerable.Range(1, points - 1).Count(i => sign * (along[i] - along[i - 1]) < allowed);
                }
            }
        return violations;
    }

    // Neighbouring numbers of single precision.
    private static float FineValue(float start, int steps)
    {
        for (var i = 0; i < steps; i++) start = MathF.BitIncrement(start);
        return start;
    }

    // Noise as large as the effect of the constrained features, so that an unconstrained network learns local reversals.
    private static ExampleSet NoisyExamples(int count)
    {
        var x = Rows(count, seed: 5);
        var noise = TestNumbers.Normal(count, seed: 6);
        var y = new float[count];
        for (var i = 0; i < count; i++)
        {
            var row = x.AsSpan(i * Features, Features);
            y[i] = MathF.Tanh(row[0]) - MathF.Tanh(row[2]) + MathF.Sin(2 * row[1]) + 0.5f * noise[i];
        }
        return new ExampleSet(x, Features, y);
    }

    private static TrainedNetwork Trained(MultilayerPerceptron architecture, ExampleSet examples, int threads = 1)
    {
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Initializer = architecture.NtkParametrization ? new DataDependent() : new HeNormal(),
            LearningRate = 0.02,
            NumberOfIterations = 25,
            Seed = 1,
            NumberOfThreads = threads,
        };
        return new Trainer(options).Train(architecture.Build(Features, 1), examples).Network;
    }

    private static TrainedNetwork Constant(TrainedNetwork network) =>
        new(network.Network, new float[network.Network.ParameterCount], network.Loss, network.Inputs, network.Targets);

    private static double LossOf(TrainedNetwork network, ExampleSet examples)
    {
        var scores = network.CreateScorer(examples.Count).Score(examples.Features).Values;
        var sum = 0.0;
        for (var i = 0; i < examples.Count; i++) sum += Math.Pow(scores[i] - examples.Targets.Row(i)[0], 2);
        return sum / examples.Count;
    }

    private static float Score(TrainedNetwork network, float[] x) =>
        network.CreateScorer().Score(new ReadOnlyMatrix(x, 1, x.Length)).Values[0];
}
