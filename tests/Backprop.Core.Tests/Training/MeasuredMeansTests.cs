using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class MeasuredMeansTests
{
    private static readonly MultilayerPerceptron Form = new()
    {
        HiddenLayers = [3],
        OneHotCategories = [new OneHotCategory(1, 3)],
        Categories = [new EmbeddedCategory(3, 2, 2)],
        MissingValues = MissingValues.Mean,
    };

    // Three rows of weights 1, 2 and 5: columns are a feature, a category of 3, a feature with a gap, a category of 2.
    private static readonly float[] Rows = [2, 1, 4, 2, -1, 3, float.NaN, 7, 4, 1, 10, 0];

    [Fact]
    public void Means_ignore_missing_values_and_shares_count_unknown_categories()
    {
        var examples = new ExampleSet(Rows, 4, [1, 2, 3], 1, [1, 2, 5], allowsMissing: true);
        AssertMeans(Trained(new Trainer(Options).Train(Form.Build(4, 1), examples)));
    }

    [Fact]
    public void Sparse_rows_and_streams_have_the_same_means()
    {
        var examples = new ExampleSet(Rows, 4, [1, 2, 3], 1, [1, 2, 5], allowsMissing: true);
        AssertMeans(Trained(new Trainer(Options).Train(Form.Build(4, 1), new StreamTests.Source(examples))));

        var sparse = new ExampleSet(
            new SparseMatrix([0, 2, 2, 4], [0, 2, 0, 1], [3, 6, -1, float.NaN], 3, allowsMissing: true), [1, 2, 3], 1, [1, 2, 5]);
        var network = new MultilayerPerceptron { HiddenLayers = [], MissingValues = MissingValues.Mean }.Build(3, 1);
        var means = Trained(new Trainer(Options).Train(network, sparse));
        Assert.Equal([(3f - 5) / 8, 0, 6f / 8], means.Features.ToArray());
    }

    [Fact]
    public void A_network_that_continues_has_the_means_of_its_new_data()
    {
        var network = new Network(new Dense(1, 1));
        var first = new Trainer(Options).Train(network, new ExampleSet([1, 3], 1, [1, 2], 1)).Network;
        var second = new Trainer(Options).Train(network, new ExampleSet([5, 7], 1, [1, 2], 1), initial: first).Network;
        Assert.Equal(2, first.Means!.Features[0]);
        Assert.Equal(6, second.Means!.Features[0]);
        Assert.Equal(6, second.With(1).Means!.Features[0]);
    }

    private static TrainingOptions Options => new() { Loss = new SquaredError(), NumberOfIterations = 1, BatchSize = 4 };

    private static TrainingMeans Trained(TrainingResult result) => result.Network.Means!;

    private static void AssertMeans(TrainingMeans means)
    {
        Assert.Equal([(2 - 2 + 20) / 8f, 0, (4 + 50) / 6f, 0], means.Features.ToArray());
        Assert.Equal([0, 6 / 8f, 0, 2 / 8f], means.Shares[0]);
        Assert.Equal([7 / 8f, 0, 1 / 8f], means.Shares[1]);
    }
}
