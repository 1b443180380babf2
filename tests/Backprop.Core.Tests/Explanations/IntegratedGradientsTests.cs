using Backprop.Activations;
using Backprop.Explanations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Explanations;

/// <summary>Networks whose contributions are known.</summary>
public class IntegratedGradientsTests
{
    private const int Rows = 20;

    // A sum of functions of one feature each: what a feature contributes is the change of the score when it alone leaves the baseline. The
    // functions are piecewise linear, waves, ranks, and steps.
    [Theory, InlineData("pieces"), InlineData("waves"), InlineData("ranks"), InlineData("steps")]
    public void Of_an_additive_function_every_feature_contributes_its_own_part(string kind)
    {
        var form = new MultilayerPerceptron
        {
            HiddenLayers = [],
            NumericEmbedding = kind == "waves"
                ? new PeriodicEmbedding { Dimension = 4, Frequencies = 3, StandardDeviation = 0.3 }
                : new PiecewiseLinearEmbedding { Bins = 5, Dimension = 3 },
            QuantileFeatures = kind == "ranks" ? [0, 2] : [],
            FewValuedFeatures = kind == "steps" ? [new FewValuedFeature(0, 4), new FewValuedFeature(2, 3)] : [],
        };
        var x = TestNumbers.Normal(Rows * 3, seed: 1);
        var network = form.Build(3, 1);
        var parameters = network.Initialize(new GlorotUniform(), 1, new ReadOnlyMatrix(x, Rows, 3));
        var trained = new TrainedNetwork(network, parameters, new SquaredError()) { Means = new TrainingMeans([0.2f, -0.4f, 0.1f], []) };
        var (contributions, rows) = Explain(trained, x);
        var scorer = trained.CreateScorer();
        for (var row = 0; row < Rows; row++)
            for (var j = 0; j < 3; j++)
            {
                float[] only = [0.2f, -0.4f, 0.1f];
                var before = scorer.Score(new ReadOnlyMatrix(only, 1, 3)).Values[0];
                only[j] = x[row * 3 + j];
                var after = scorer.Score(new ReadOnlyMatrix(only, 1, 3)).Values[0];
                Assert.Equal(after - before, contributions[row * 3 + j], 2e-3);
                Assert.Equal(before, rows[row].Baseline, 1e-5);
            }
    }

    [Fact]
    public void Features_with_the_same_role_and_the_same_value_contribute_the_same()
    {
        var network = new Network(new Dense(3, 4), new ActivationLayer(4, new ReLU()), new Dense(4, 1));
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 2);
        parameters.AsSpan(0, 4).CopyTo(parameters.AsSpan(4)); // the weights of the second feature are those of the first
        var trained = new TrainedNetwork(network, parameters, new SquaredError());
        var x = TestNumbers.Normal(Rows * 3, seed: 3);
        for (var row = 0; row < Rows; row++) x[row * 3 + 1] = x[row * 3];
        var (contributions, _) = Explain(trained, x);
        for (var row = 0; row < Rows; row++) Assert.Equal(contributions[row * 3], contributions[row * 3 + 1], 1e-5);
    }

    // max(0, x + y − 1) from (0, 0) to (1, 1): the gradient is (1, 1) on the second half of the path.
    [Fact]
    public void Of_a_kink_in_the_middle_of_the_path_half_the_gradient_counts()
    {
        var network = new Network(new Dense(2, 1), new ActivationLayer(1, new ReLU()), new Dense(1, 1));
        var trained = new TrainedNetwork(network, [1, 1, -1, 1, 0], new SquaredError());
        var (contributions, rows) = Explain(trained, [1, 1, 2, -1, 0.3f, 0.3f]);
        Assert.Equal([0.5, 0.5], contributions[..2].Select(each => Math.Round(each, 4)));
        Assert.Equal([0, 0, 0, 0], contributions[2..]);
        Assert.Equal((1, 0), (rows[0].Value, rows[0].Baseline));
    }

    // A score beyond the bounds of the targets does not grow.
    [Fact]
    public void Bounds_and_units_of_the_target_are_part_of_the_score()
    {
        var trained = new TrainedNetwork(
            new Network(new Dense(2, 1)), [1, 2, 0], new SquaredError(), new Standardization([1, 1], [1, 1]),
            new Standardization([10], [0.5f]), new TargetBounds([5], [12]));
        var (contributions, rows) = Explain(trained, [1.5f, 1, 4, 1]);
        Assert.Equal((11, 10), (rows[0].Value, rows[0].Baseline)); // 10 + 2·0.5
        Assert.Equal([1, 0], contributions[..2].Select(each => Math.Round(each, 3)));
        Assert.Equal((12, 10), (rows[1].Value, rows[1].Baseline)); // 10 + 2·3 is clipped
        Assert.Equal([2, 0], contributions[2..].Select(each => Math.Round(each, 2)));
    }

    // A missing value is its replacement and its indicator together.
    [Fact]
    public void A_missing_value_contributes_what_its_replacement_and_its_indicator_change()
    {
        var network = new Network(new Imputation(2, MissingValues.Mean, [1]), new Dense(3, 1));
        var trained = new TrainedNetwork(network, [7, 8, 1, 2, 4, 0], new SquaredError()) { Means = new TrainingMeans([3, 5], []) };
        var (contributions, rows) = Explain(trained, [4, float.NaN]);
        Assert.Equal([1, 2 * (8 - 5) + 4], contributions.Select(each => Math.Round(each, 3)));
        Assert.Equal((4 + 16 + 4, 3 + 10), (rows[0].Value, rows[0].Baseline));
    }

    [Fact]
    public void A_row_without_a_score_has_no_contributions()
    {
        var trained = new TrainedNetwork(new Network(new Dense(2, 1)), [1, 2, 0], new SquaredError());
        var (contributions, rows) = Explain(trained, [float.NaN, 1]);
        Assert.True(double.IsNaN(rows[0].Value));
        Assert.All(contributions, each => Assert.True(float.IsNaN(each)));
    }

    [Fact]
    public void Explaining_allocates_nothing_after_the_first_time()
    {
        var network = new MultilayerPerceptron { HiddenLayers = [6], EnsembleSize = 3, MissingValues = MissingValues.Mean }.Build(4, 3);
        var trained = new TrainedNetwork(network, TestNumbers.Normal(network.ParameterCount, seed: 5), new SoftmaxCrossEntropy());
        var explainer = new IntegratedGradients(new ExplainedNetwork(trained), FeatureColumns.Single(4), explainsPredictions: true, Rows);
        var x = TestNumbers.Normal(Rows * 4, seed: 6);
        var contributions = new float[x.Length];
        var rows = new ExplainedRow[Rows];
        int[] outputs = [.. Enumerable.Repeat(Explainer.LargestOutput, Rows)];
        Run();
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run() => explainer.Explain(new ReadOnlyMatrix(x, Rows, 4), outputs, new Matrix(contributions, Rows, 4), rows);
    }

    private static (float[] Contributions, ExplainedRow[] Rows) Explain(TrainedNetwork trained, float[] x)
    {
        var inputs = trained.Network.Inputs;
        var count = x.Length / inputs;
        var explainer = new IntegratedGradients(
            new ExplainedNetwork(trained), FeatureColumns.Single(inputs), explainsPredictions: true, count);
        var contributions = new float[x.Length];
        var rows = new ExplainedRow[count];
        explainer.Explain(new ReadOnlyMatrix(x, count, inputs), new int[count], new Matrix(contributions, count, inputs), rows);
        return (contributions, rows);
    }
}
