using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>What did not vary in training has no effect on predictions, whatever it is later.</summary>
public class ConstantFeatureTests
{
    private const int Rows = 60, Features = 4, Constant = 2;

    public static TheoryData<string> Networks =>
    [
        "plain", "unstandardized", "robust", "periodic", "periodic with phase", "piecewise linear", "quantiles", "input skip", "embedded",
        "one-hot", "unscaled one-hot",
        "mean", "median", "learned", "unstandardized median", "stream", "robust stream", "cross-fitting", "sparse", "unstandardized sparse",
    ];

    [Theory, MemberData(nameof(Networks))]
    public void A_feature_that_is_constant_in_training_does_not_move_predictions(string kind) => AssertIgnored(kind, 5);

    [
        Theory, InlineData("mean"), InlineData("median"), InlineData("learned"), InlineData("unstandardized median"),
        InlineData("stream of missing"), InlineData("indicated")]
    public void A_feature_that_is_empty_in_training_does_not_move_predictions(string kind) => AssertIgnored(kind, float.NaN);

    [Fact]
    public void A_feature_that_varies_in_validation_rows_alone_counts_as_constant()
    {
        var validation = Examples(20, 3, 5);
        for (var row = 0; row < 20; row++) validation[row * Features + Constant] = row;
        var trained = new Trainer(Options("plain")).Train(
            Build("plain"), Set(Rows, 5), new ExampleSet(validation, Features, Labels(20, 3)));
        Assert.Equal([Constant], trained.IgnoredFeatures);
    }

    [Theory, InlineData(FeatureScaling.Robust), InlineData(FeatureScaling.Standard)]
    public void A_feature_with_one_other_value_is_not_constant(FeatureScaling scaling)
    {
        var x = Examples(Rows, 1, 5);
        x[7 * Features + Constant] = 6;
        var set = new ExampleSet(x, Features, Labels(Rows, 1));
        Assert.Empty(new Trainer(Options("plain") with { FeatureScaling = scaling }).Train(Build("plain"), set).IgnoredFeatures);
    }

    [Fact]
    public void A_rare_value_that_the_sample_of_a_stream_misses_is_scaled_by_half_of_the_range_as_in_memory()
    {
        const int many = 40_000;
        var x = new float[many * 2];
        for (var row = 0; row < many; row++) (x[2 * row], x[2 * row + 1]) = (row, 3);
        var set = new ExampleSet(x, 2, new float[many]);
        var missed = Enumerable.Range(0, many)
            .Except(Column(StreamSummary.Of(new StreamTests.Source(set), seed: 1, null).Sample, 0).Select(row => (int)row)).First();
        x[2 * missed + 1] = 13;
        var summary = StreamSummary.Of(new StreamTests.Source(set), seed: 1, null);
        Assert.DoesNotContain(13f, Column(summary.Sample, 1));
        var inputs = new StreamData(new StreamTests.Source(set), summary, shuffles: true).MeasureFeatures(FeatureScaling.Robust);
        Assert.Equal(set.MeasureFeatures(FeatureScaling.Robust).Factors[1], inputs.Factors[1], 1e-6f);
        Assert.Equal(3f, inputs.Means[1], 1e-3f);
    }

    [Theory, InlineData("one-hot"), InlineData("unscaled one-hot")]
    public void A_category_that_training_has_not_seen_counts_as_unknown(string kind)
    {
        var x = Examples(Rows, 1, 5);
        for (var row = 0; row < Rows; row++) x[row * Features + Constant] = 1 + row % 3;
        var trained = new Trainer(Options(kind)).Train(Build(kind), new ExampleSet(x, Features, Labels(Rows, 1))).Network;
        foreach (var unseen in (float[])[4, 7, 9]) Assert.Equal(Scores(trained, 0), Scores(trained, unseen));
        Assert.NotEqual(Scores(trained, 0), Scores(trained, 2));
    }

    [Theory, InlineData("one-hot"), InlineData("robust one-hot")]
    public void A_rare_category_that_the_sample_of_a_stream_misses_keeps_its_column(string kind)
    {
        const int many = 20_000;
        var x = new float[many];
        for (var row = 0; row < many; row++) x[row] = 1 + row % 3;
        var set = new ExampleSet(x, 1, new float[many]);
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            OneHotCategories = [new OneHotCategory(0, 4)],
            OneHotScaling = kind == "one-hot" ? FeatureScaling.Standard : FeatureScaling.Robust,
        }.Build(1, 1);
        var options = Options("plain") with { NumberOfIterations = 1, BatchSize = many };
        var numbers = new Trainer(options).Train(network, new StreamTests.Source(set)).Network.Parameters[network.ParametersOf(0)];
        // behind what the four columns hold otherwise
        Assert.True(numbers[7] > 1, $"The column of category 4, where it is the one, holds {numbers[7]}.");
    }

    [Fact]
    public void Bits_stay_where_all_features_vary_or_are_scaled_to_0_anyway()
    {
        Assert.Same(ConstantFeatures.None, ConstantFeatures.Of(Set(Rows, null)));
        var measured = Set(Rows, 5).MeasureFeatures(FeatureScaling.Standard);
        var masked = ConstantFeatures.Of(Set(Rows, 5)).Mask(measured, Build("plain"), isSparse: false)!;
        Assert.Equal(measured.Means.ToArray(), masked.Means.ToArray());
        Assert.Equal(measured.Factors.ToArray(), masked.Factors.ToArray());
    }

    [Fact]
    public void Weights_that_were_given_for_unscaled_features_keep_all_of_them()
    {
        var options = Options("unstandardized") with { InitialParameters = new float[Build("plain").ParameterCount] };
        Assert.Null(new Trainer(options).Train(Build("plain"), Set(Rows, 5)).Network.Inputs);
    }

    [Fact]
    public void Continuing_keeps_what_was_masked()
    {
        var first = new Trainer(Options("plain")).Train(Build("plain"), Set(Rows, 5));
        var second = new Trainer(Options("plain")).Train(Build("plain"), Set(Rows, null), null, first.Network);
        Assert.Equal([Constant], second.IgnoredFeatures);
    }

    [Fact]
    public void Sparse_and_dense_features_are_constant_alike()
    {
        float[] x = [0, 4, 0, float.NaN, 1, float.NaN, 0, 4, 2, float.NaN, 1, 3, 0, 4, 0, float.NaN, 1, 3];
        var dense = ConstantFeatures.Of(new ExampleSet(x, 6, new float[3], allowsMissing: true));
        var sparse = ConstantFeatures.Of(new ExampleSet(ToSparse(x, 6), new float[3]));
        Assert.Equal([0, 1, 3, 4, 5], dense.Constant);
        Assert.Equal([0, 1, 3, 4], dense.Ignored); // whether the last is missing does vary
        Assert.Equal([3], dense.Empty);
        Assert.Equal((dense.Constant, dense.Ignored, dense.Empty), (sparse.Constant, sparse.Ignored, sparse.Empty), Alike);
    }

    private static void AssertIgnored(string kind, float constant)
    {
        var network = Build(kind);
        var set = kind.EndsWith("sparse", StringComparison.Ordinal)
            ? new ExampleSet(ToSparse(Examples(Rows, 1, constant), Features), Labels(Rows, 1))
            : Set(Rows, constant);
        var trainer = new Trainer(Options(kind));
        var result = kind.Contains("stream", StringComparison.Ordinal)
            ? trainer.Train(network, new StreamTests.Source(set))
            : trainer.Train(network, set);
        Assert.Contains(Constant, result.IgnoredFeatures);
        float[] expected = Scores(result.Network, constant);
        foreach (var later in (float[])[0, 1, 2, 3, -7, 1e6f]) Assert.Equal(expected, Scores(result.Network, later));
        if (network.Layers[0] is Imputation) Assert.Equal(expected, Scores(result.Network, float.NaN));
    }

    private static float[] Scores(TrainedNetwork trained, float later) =>
        trained.CreateScorer(20).Score(new ReadOnlyMatrix(Examples(20, 9, later), 20, Features)).Values.ToArray();

    private static TrainingOptions Options(string kind) => new()
    {
        Loss = new SquaredError(),
        NumberOfIterations = 5,
        BatchSize = 16,
        LearningRate = 0.05,
        StandardizeInputs = !kind.StartsWith("unstandardized", StringComparison.Ordinal) && kind != "unscaled one-hot",
        FeatureScaling = kind.StartsWith("robust", StringComparison.Ordinal) ? FeatureScaling.Robust : FeatureScaling.Standard,
        KFoldBagging = kind == "cross-fitting",
        EarlyStopping = null,
    };

    private static Network Build(string kind)
    {
        if (kind == "indicated")
            return new NetworkBuilder(Features).Imputation(MissingValues.Median, [Constant]).Dense(8).Activation(new Tanh()).Dense(1)
                .Build();
        return new MultilayerPerceptron
        {
            HiddenLayers = [8],
            Activation = new Tanh(),
            EnsembleSize = kind == "cross-fitting" ? 3 : 1,
            InputSkip = kind == "input skip",
            QuantileFeatures = kind == "quantiles" ? [1, 2] : [],
            Categories = kind == "embedded" ? [new EmbeddedCategory(Constant, 9, 2)] : [],
            OneHotCategories = kind.EndsWith("one-hot", StringComparison.Ordinal) ? [new OneHotCategory(Constant, 9)] : [],
            OneHotScaling = kind == "one-hot" ? FeatureScaling.Standard : null,
            NumericEmbedding = kind switch
            {
                "periodic" => new PeriodicEmbedding(),
                "periodic with phase" => new PeriodicPhaseEmbedding(),
                "piecewise linear" => new PiecewiseLinearEmbedding(),
                _ => null,
            },
            MissingValues = kind switch
            {
                "mean" => MissingValues.Mean,
                "median" or "unstandardized median" or "stream of missing" => MissingValues.Median,
                "learned" => MissingValues.Learned,
                _ => MissingValues.Skip,
            },
        }.Build(Features, 1);
    }

    private static ExampleSet Set(int rows, float? constant) =>
        new(Examples(rows, 1, constant), Features, Labels(rows, 1), allowsMissing: true);

    // A third of the other numbers is 0, for sparse rows.
    private static float[] Examples(int rows, int seed, float? constant)
    {
        var x = TestNumbers.Normal(rows * Features, seed);
        for (var i = 0; i < x.Length; i++)
        {
            if (i % Features == 3 && i % 5 < 3) x[i] = 0;
            if (i % Features == Constant && constant is { } value) x[i] = value;
        }
        return x;
    }

    private static float[] Labels(int rows, int seed)
    {
        var x = TestNumbers.Normal(rows * Features, seed);
        return [.. Enumerable.Range(0, rows).Select(row => x[row * Features] - 2 * x[row * Features + 1])];
    }

    private static SparseMatrix ToSparse(float[] x, int columns)
    {
        int[] places = [.. Enumerable.Range(0, x.Length).Where(i => x[i] != 0)];
        int[] starts = [.. Enumerable.Range(0, x.Length / columns + 1).Select(row => places.Count(i => i < row * columns))];
        return new SparseMatrix(starts, [.. places.Select(i => i % columns)], [.. places.Select(i => x[i])], columns, allowsMissing: true);
    }

    private static IEnumerable<float> Column(ExampleSet set, int column) =>
        Enumerable.Range(0, set.Count).Select(row => set.Features.Row(row)[column]);

    private static bool Alike(
        (IReadOnlyList<int>, IReadOnlyList<int>, IReadOnlyList<int>) a, (IReadOnlyList<int>, IReadOnlyList<int>, IReadOnlyList<int>) b) =>
        a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3);
}
