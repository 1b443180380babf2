using Backprop.Activations;
using Backprop.Explanations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Explanations;

/// <summary>The contributions to the prediction of a blend, whose parts prepare features in different ways.</summary>
public class BlendExplanationTests
{
    private const int Rows = 7, Features = 4;

    private static readonly float[] X = TestNumbers.Normal(Rows * Features, seed: 6);

    // Half of the weights of the first network, and half of those of the second.
    [Fact]
    public void Of_linear_networks_they_are_the_mean_weight_times_the_distance_from_the_mean()
    {
        TrainedNetwork Linear(float a, float b) =>
            new(new Network(new Dense(2, 1)), [a, b, 1], new SquaredError(), new Standardization([a, b], [1, 1]))
            {
                Means = new TrainingMeans([3, 5], []),
            };
        var blend = new NetworkBlend(new BlendPart(Linear(2, -1), 1), new BlendPart(Linear(6, 4), 3)).ToNetwork();
        var rows = new ExplainedRow[1];
        var contributions = new float[2];
        new IntegratedGradients(new ExplainedNetwork(blend), FeatureColumns.Single(2), explainsPredictions: true, 1)
            .Explain(new ReadOnlyMatrix([4, 7], 1, 2), [0], new Matrix(contributions, 1, 2), rows);
        Assert.Equal([(2 + 3 * 6) / 4.0 * 1, (-1 + 3 * 4) / 4.0 * 2], contributions.Select(each => Math.Round(each, 4)));
    }

    [Theory]
    [InlineData(nameof(LogisticLoss), 1, true)]
    [InlineData(nameof(LogisticLoss), 1, false)]
    [InlineData(nameof(SoftmaxCrossEntropy), 3, true)]
    [InlineData(nameof(SquaredError), 1, true)]
    [InlineData(nameof(PoissonLoss), 1, false)]
    public void They_add_up_to_the_difference_from_the_baseline(string lossName, int outputs, bool explainsPredictions)
    {
        var blend = Blend(Loss.All.Single(loss => loss.GetType().Name == lossName), outputs);
        var explained = new ExplainedNetwork(blend);
        int[] chosen = [.. Enumerable.Range(0, Rows).Select(row => row % outputs)];
        var scorer = blend.CreateScorer(Rows);
        var x = new ReadOnlyMatrix(X, Rows, Features);
        var scores = explainsPredictions ? scorer.Predict(x).Values.ToArray() : scorer.Score(x).Values.ToArray();
        Explainer[] explainers = [
            new IntegratedGradients(explained, FeatureColumns.Single(Features), explainsPredictions, Rows),
            new ShapleySampling(explained, FeatureColumns.Single(Features), explainsPredictions, pairs: 8, seed: 1)];
        foreach (var explainer in explainers)
            for (var row = 0; row < Rows; row++)
            {
                var rows = new ExplainedRow[1];
                var contributions = new float[Features];
                explainer.Explain(x.RowRange(row, 1), [chosen[row]], new Matrix(contributions, 1, Features), rows);
                Assert.Equal(scores[row * outputs + chosen[row]], rows[0].Value, 1e-4);
                var range = Math.Max(1, Math.Abs(rows[0].Value - rows[0].Baseline));
                Assert.Equal(rows[0].Value - rows[0].Baseline, contributions.Sum(each => (double)each), 1e-3 * range);
            }
    }

    // Shapley values by their definition, over all 16 sets of columns.
    [Fact]
    public void Exact_shapley_values_are_those_of_the_definition()
    {
        var blend = Blend(new LogisticLoss(), 1);
        var explained = new ExplainedNetwork(blend);
        var explainer = new ShapleySampling(explained, FeatureColumns.Single(Features), explainsPredictions: true, pairs: 64, seed: 1);
        var contributions = new float[Features];
        var row = new ReadOnlyMatrix(X.AsSpan(0, Features), 1, Features);
        explainer.Explain(row, [0], new Matrix(contributions, 1, Features), new ExplainedRow[1]);

        float[] means = [0.5f, -0.5f, 0.2f, 0.1f];
        double[] factorials = [1, 1, 2, 6, 24];
        for (var column = 0; column < Features; column++)
        {
            double expected = 0;
            for (var set = 0; set < 16; set++)
            {
                if ((set >> column & 1) == 1) continue;
                var size = int.PopCount(set);
                expected += factorials[size] * factorials[3 - size] / 24 * (Value(set | 1 << column) - Value(set));
            }
            Assert.Equal(expected, contributions[column], 1e-4);
        }

        double Value(int set)
        {
            var mixed = Enumerable.Range(0, Features).Select(j => (set >> j & 1) == 1 ? X[j] : means[j]).ToArray();
            return blend.CreateScorer().Predict(new ReadOnlyMatrix(mixed, 1, Features)).Values[0];
        }
    }

    [Fact]
    public void Explaining_allocates_nothing_after_the_first_time()
    {
        var explainer = new IntegratedGradients(
            new ExplainedNetwork(Blend(new SoftmaxCrossEntropy(), 3)), FeatureColumns.Single(Features), explainsPredictions: true, Rows);
        var contributions = new float[X.Length];
        var rows = new ExplainedRow[Rows];
        int[] outputs = [.. Enumerable.Repeat(Explainer.LargestOutput, Rows)];
        Run();
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run() => explainer.Explain(new ReadOnlyMatrix(X, Rows, Features), outputs, new Matrix(contributions, Rows, Features), rows);
    }

    // The first part begins with an affine layer, the second embeds its features, and the third replaces missing values first.
    private static TrainedNetwork Blend(Loss loss, int outputs) => new NetworkBlend(
        new BlendPart(Part(new MultilayerPerceptron { HiddenLayers = [6], EnsembleSize = 2 }, loss, outputs, seed: 1), 2),
        new BlendPart(
            Part(
                new MultilayerPerceptron { HiddenLayers = [5], EnsembleSize = 2, NumericEmbedding = new PeriodicPhaseEmbedding() }, loss,
                outputs, seed: 2), 1),
        new BlendPart(
            Part(
                new MultilayerPerceptron { HiddenLayers = [4, 4], EnsembleSize = 2, MissingValues = MissingValues.Mean, SmoothClip = 3 },
                loss, outputs, seed: 3), 1)).ToNetwork().With(temperature: loss.HasLogits ? 1.3 : 1);

    private static TrainedNetwork Part(MultilayerPerceptron form, Loss loss, int outputs, int seed)
    {
        var network = (form with { Activation = new Mish() }).Build(Features, outputs);
        return new TrainedNetwork(
            network, network.Initialize(new HeNormal(), seed), loss, new Standardization([0.5f, -0.5f, 0.2f, 0.1f], [1, 2, 0.5f, 1]))
        {
            Means = new TrainingMeans([0.5f, -0.5f, 0.2f, 0.1f], []),
        };
    }
}
