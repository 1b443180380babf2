using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Sparse examples with missing values are learned from and scored as dense ones with the same numbers are, and stay
/// sparse.</summary>
public class SparseMissingTests
{
    private const int Rows = 120, Features = 40;
    private static readonly float[] X = Mostly0(), Y = [.. Enumerable.Range(0, Rows).Select(row => row % 3 == 0 ? 1f : 0)];

    public static TheoryData<MissingValues, bool> Replacements => new()
    {
        { MissingValues.Mean, true }, { MissingValues.Mean, false }, { MissingValues.Median, true }, { MissingValues.Median, false },
        { MissingValues.Learned, true },
    };

    [Theory, MemberData(nameof(Replacements))]
    public void The_bits_are_those_of_dense_examples(MissingValues replacement, bool isIndicated) =>
        AssertSameBits(Build(replacement, isIndicated));

    [Fact]
    public void The_bits_of_a_network_with_monotone_constraints_are_those_of_dense_examples()
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [16, 8],
            MissingValues = MissingValues.Median,
            IncreasingFeatures = [2],
            DecreasingFeatures = [5],
        }.Build(Features, 1);
        Assert.True(network.TakesSparse);
        AssertSameBits(network);
    }

    private static void AssertSameBits(Network network)
    {
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 4,
            BatchSize = 16,
            StandardizeInputs = false,
            NumberOfThreads = 3,
            TemperatureScaling = true
        };
        ExampleSet dense = new(X, Features, Y, allowsMissing: true), sparse = new(Sparse(), Y);
        TrainingResult expected = new Trainer(options).Train(network, dense.Slice(0, 80), dense.Slice(80, 40)),
            result = new Trainer(options).Train(network, sparse.Slice(0, 80), sparse.Slice(80, 40));
        Assert.Equal(expected.Network.Parameters.ToArray(), result.Network.Parameters.ToArray());
        Assert.Equal(expected.History, result.History);
        Assert.Equal(expected.Network.Temperature, result.Network.Temperature);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Rows_score_the_same_sparse_and_dense_and_no_score_is_missing(bool isIndicated)
    {
        var trained = new Trainer(new TrainingOptions { Loss = new LogisticLoss(), NumberOfIterations = 2 })
            .Train(Build(MissingValues.Median, isIndicated), new ExampleSet(Sparse(), Y)).Network;
        Assert.True(trained.TakesSparse);
        var batch = trained.MakeSparseBatch();
        for (var row = 0; row < Rows; row++) batch.Add([], X.AsSpan(row * Features, Features), trained.SparseFactors);
        var scores = trained.CreateScorer(Rows).ScoreSparse(batch).Values.ToArray();
        Assert.Equal(trained.CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, Features)).Values.ToArray(), scores);
        Assert.DoesNotContain(scores, float.IsNaN);
    }

    [Fact]
    public void Means_and_medians_of_sparse_columns_are_those_of_dense_ones()
    {
        var columns = new SparseColumns(Sparse(), row => 10 + row, 71);
        var set = new ExampleSet(X, Features, Y, allowsMissing: true).Slice(10, 71);
        float[] expected = new float[Features], found = new float[Features];
        new Imputation(Features, MissingValues.Median, []).Fit(expected, set.Features);
        columns.Medians(found);
        Assert.Equal(expected, found);
        Assert.Contains(found, median => median != 0); // of the column that is full
        new Imputation(Features, MissingValues.Mean, []).Fit(expected, set.Features);
        columns.Means(found);
        TestNumbers.AssertClose(expected, found, 1e-6f);
        Assert.Equal(
            Enumerable.Range(0, Features).Select(j => Enumerable.Range(10, 71).Count(row => float.IsNaN(X[row * Features + j]))),
            columns.CountMissing());
    }

    [Fact]
    public void A_workspace_has_no_room_for_features_that_pass_their_layer_by()
    {
        const int wide = 100_000, rows = 512;
        var network = new MultilayerPerceptron { HiddenLayers = [4], MissingValues = MissingValues.Median }.Build(wide, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = new Workspace(network, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static Network Build(MissingValues replacement, bool isIndicated) => new MultilayerPerceptron
    {
        HiddenLayers = [16, 8],
        Activation = new Tanh(),
        MissingValues = replacement,
        IndicatedFeatures = isIndicated ? [.. new ExampleSet(Sparse(), Y).SlotsWithMissing()] : [],
    }.Build(Features, 1);

    private static SparseMatrix Sparse()
    {
        int[] places = [.. Enumerable.Range(0, X.Length).Where(i => X[i] != 0)];
        int[] starts = [.. Enumerable.Range(0, Rows + 1).Select(row => places.Count(i => i < row * Features))];
        return new SparseMatrix(
            starts, [.. places.Select(i => i % Features)], [.. places.Select(i => X[i])], Features, allowsMissing: true);
    }

    private static float[] Mostly0()
    {
        var x = TestNumbers.Normal(Rows * Features, 1);
        for (var i = 0; i < x.Length; i++)
        {
            if (i * 7 % 10 > 2 && i % Features != 5) x[i] = 0;
            if (i * 11 % 23 == 0) x[i] = float.NaN;
        }
        return x;
    }
}
