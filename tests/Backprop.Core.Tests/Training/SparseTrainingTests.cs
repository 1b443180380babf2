using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Sparse examples are learned from as dense ones with the same numbers are.</summary>
public class SparseTrainingTests
{
    private const int Rows = 120, Features = 50;
    private static readonly float[] X = Mostly0(),
        Y = [.. Enumerable.Range(0, Rows).Select(row => X[row * Features] + X[row * Features + 1] > 0 ? 1f : 0)];

    public static TheoryData<string> Shapes =>
        [
            "plain", "batch normalization", "input dropout", "input skip", "mixup", "weights", "validation", "refit", "residual", "L-BFGS",
            "thread 1", "thread 3"];

    [Theory, MemberData(nameof(Shapes))]
    public void The_bits_are_those_of_dense_examples(string shape)
    {
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 4,
            BatchSize = 16,
            StandardizeInputs = false,
            NumberOfThreads = shape == "thread 1" ? 1 : 3
        };
        if (shape == "mixup") options = options with { Mixup = new Mixup() };
        if (shape == "refit")
            options = options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true, Metric = new Accuracy() } };
        if (shape == "L-BFGS") options = options with { Optimizer = new Lbfgs(), BatchSize = null };
        var perceptron = new MultilayerPerceptron
        {
            HiddenLayers = [64, 64],
            Activation = new Tanh(),
            Normalization = shape == "batch normalization" ? Normalization.Batch : Normalization.None,
            InputDropout = shape == "input dropout" ? 0.2 : 0,
            InputSkip = shape == "input skip",
            Residual = shape == "residual",
        };
        var network = perceptron.Build(Features, 1);
        float[]? weights = shape == "weights" ? [.. Enumerable.Range(0, Rows).Select(row => 1 + row % 3f)] : null;
        ExampleSet dense = new(X, Features, Y, weights: weights), sparse = new(Sparse(), Y, weights: weights);
        var splits = shape is "validation" or "refit";
        TrainingResult Train(ExampleSet set) =>
            new Trainer(options).Train(network, splits ? set.Slice(0, 80) : set, splits ? set.Slice(80, 40) : null);

        TrainingResult expected = Train(dense), result = Train(sparse);
        Assert.Equal(expected.Network.Parameters.ToArray(), result.Network.Parameters.ToArray());
        Assert.Equal(expected.History, result.History);
    }

    [Fact]
    public void Standardized_features_are_divided_by_their_largest_magnitude()
    {
        var options = new TrainingOptions { Loss = new LogisticLoss(), NumberOfIterations = 3, BatchSize = 16 };
        var network = Network.FullyConnected(Features, [8], 1, new Tanh());
        var trained = new Trainer(options).Train(network, new ExampleSet(Sparse(), Y)).Network;
        for (var j = 0; j < Features; j++)
        {
            var largest = Enumerable.Range(0, Rows).Max(row => Math.Abs(X[row * Features + j]));
            Assert.Equal((0, largest == 0 ? 0 : 1 / largest), (trained.Inputs!.Means[j], trained.Inputs.Factors[j]));
        }
        var scaled = new Trainer(options with { StandardizeInputs = false }).Train(
            network, new ExampleSet([.. X.Select((x, i) => x * trained.Inputs!.Factors[i % Features])], Features, Y));
        Assert.Equal(scaled.Network.Parameters.ToArray(), trained.Parameters.ToArray());
    }

    [Fact]
    public void Rows_score_the_same_sparse_and_dense()
    {
        var trained = new Trainer(new TrainingOptions { Loss = new LogisticLoss(), NumberOfIterations = 1 })
            .Train(Network.FullyConnected(Features, [20], 1, new Tanh()), new ExampleSet(Sparse(), Y)).Network;
        var batch = new SparseBatch(Features);
        for (var row = 0; row < Rows; row++) batch.Add([], X.AsSpan(row * Features, Features), trained.SparseFactors);
        Assert.True(trained.TakesSparse);
        Assert.Equal(
            trained.CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, Features)).Values.ToArray(),
            trained.CreateScorer(Rows).ScoreSparse(batch).Values.ToArray());
    }

    [Fact]
    public void Sparse_features_are_handed_out_row_by_row()
    {
        var set = new ExampleSet(Sparse(), Y).Slice(5, 10);
        var row = new float[Features];
        set.CopyFeatures(2, row);
        Assert.Equal(X[(7 * Features)..(8 * Features)], row);
        Assert.Throws<InvalidOperationException>(() => set.Features.Rows);
        Assert.Throws<ArgumentException>(() => new ExampleSet(Sparse(), [1, 2]));
        Assert.Throws<ArgumentException>("weights", () => new ExampleSet(Sparse(), Y, weights: new float[Rows]));
    }

    private static SparseMatrix Sparse()
    {
        int[] places = [.. Enumerable.Range(0, X.Length).Where(i => X[i] != 0)];
        int[] starts = [.. Enumerable.Range(0, Rows + 1).Select(row => places.Count(i => i < row * Features))];
        return new SparseMatrix(starts, [.. places.Select(i => i % Features)], [.. places.Select(i => X[i])], Features);
    }

    private static float[] Mostly0()
    {
        var x = TestNumbers.Normal(Rows * Features, 1);
        for (var i = 0; i < x.Length; i++)
            if (i * 7 % 10 > 2 || i % Features == 40) x[i] = 0;
        return x;
    }
}
