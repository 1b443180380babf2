using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

public class ImputationTests
{
    private const float Gone = float.NaN;

    [Fact]
    public void Missing_numbers_are_replaced_and_indicated()
    {
        float[] y = new float[10], x = [1, Gone, 3, Gone, Gone, 6];
        new Imputation(3, MissingValues.Mean, [0, 2]).Forward([10, 20, 30], new ReadOnlyMatrix(x, 2, 3), new Matrix(y, 2, 5));
        Assert.Equal([1, 20, 3, 0, 0, 10, 20, 6, 1, 0], y);
    }

    [Fact]
    public void A_learned_number_has_the_gradient_of_the_rows_where_it_stood_in()
    {
        float[] x = [1, Gone, Gone, Gone, 5, 6], dy = [1, 2, 100, 4, 8, 100, 16, 32, 100], gradient = [7, 7], dx = new float[6];
        var layer = new Imputation(2, MissingValues.Learned, [0]);
        layer.Backward([0, 0], new ReadOnlyMatrix(x, 3, 2), default, new ReadOnlyMatrix(dy, 3, 3), new Matrix(dx, 3, 2), gradient);
        Assert.Equal([4, 2 + 8], gradient);
        Assert.Equal([1, 0, 0, 0, 16, 32], dx);
    }

    // numpy: nanmean and nanmedian of the columns.
    [Theory]
    [InlineData(MissingValues.Mean, 3.75f, 2, 0)]
    [InlineData(MissingValues.Median, 2.5f, 2, 0)]
    public void Means_and_medians_are_those_of_the_numbers_that_are_there(MissingValues replacement, float first, float second, float third)
    {
        float[] examples = [9, 2, Gone, 1, Gone, Gone, Gone, Gone, Gone, 2, Gone, Gone, 3, Gone, Gone], found = new float[3];
        new Imputation(3, replacement, []).Fit(found, new ReadOnlyMatrix(examples, 5, 3));
        Assert.Equal([first, second, third], found);
    }

    [Theory]
    [InlineData(MissingValues.Mean, true)]
    [InlineData(MissingValues.Mean, false)]
    [InlineData(MissingValues.Median, true)]
    [InlineData(MissingValues.Median, false)]
    public void Training_is_as_if_the_numbers_and_indicators_had_been_there(MissingValues replacement, bool standardizes)
    {
        var (rows, features) = (40, 3);
        var x = TestNumbers.Normal(rows * features, 1);
        for (var row = 0; row < rows; row++)
            (x[features * row], x[features * row + 1]) = (
                row % 3 == 1 ? Gone : x[features * row], 5 * x[features * row + 1] * x[features * row + 1] + 3);
        var y = TestNumbers.Normal(rows, 2);
        for (var row = 0; row < rows; row += 4) x[features * row + 1] = Gone;
        var filled = new float[rows * 5];
        for (var j = 0; j < features; j++)
        {
            float[] known = [.. Enumerable.Range(0, rows).Select(row => x[features * row + j]).Where(float.IsFinite).Order()];
            double mean = known.Average(), deviation = Math.Sqrt(known.Average(value => (value - mean) * (value - mean)));
            var replaced = replacement == MissingValues.Mean
                ? mean
                : known.Length % 2 == 1 ? known[known.Length / 2]
                : (known[known.Length / 2 - 1] + (double)known[known.Length / 2]) / 2;
            for (var row = 0; row < rows; row++)
            {
                var value = float.IsNaN(x[features * row + j]) ? replaced : x[features * row + j];
                filled[5 * row + j] = (float)(standardizes ? (value - mean) / deviation : value);
                if (j < 2) filled[5 * row + 3 + j] = float.IsNaN(x[features * row + j]) ? 1 : 0;
            }
        }

        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Momentum(),
            LearningRate = 0.01,
            BatchSize = 8,
            NumberOfIterations = 5,
            StandardizeInputs = standardizes
        };
        var plain = Network.FullyConnected(5, [4], 1, new Tanh());
        float[] start = plain.Initialize(new GlorotUniform(), 1);
        var expected = new Trainer(options with { StandardizeInputs = false, InitialParameters = start })
            .Train(plain, new ExampleSet(filled, 5, y));

        var perceptron = new MultilayerPerceptron
        {
            HiddenLayers = [4],
            Activation = new Tanh(),
            MissingValues = replacement,
            IndicatedFeatures = [0, 1]
        };
        var network = perceptron.Build(features, 1);
        var set = new ExampleSet(x, features, y, allowsMissing: true);
        var untrained = new Trainer(options with { NumberOfIterations = 1, LearningRate = 1e-30 })
            .Train(network, set).Network.Parameters[..3];
        var trained = new Trainer(options with { InitialParameters = new float[][] { [.. untrained, .. start] }[0] }).Train(network, set);

        Assert.All(
            expected.Network.Parameters.ToArray().Zip(trained.Network.Parameters[3..].ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal(expected.History[^1].TrainingLoss, trained.History[^1].TrainingLoss, 1e-5);
    }

    [Fact]
    public void Missing_values_are_refused_where_nothing_stands_in_for_them()
    {
        var set = new ExampleSet([1, Gone], 1, [1, 2], allowsMissing: true);
        var options = new TrainingOptions { Loss = new SquaredError() };
        var problem = Assert.Throws<ArgumentException>(
            () => new Trainer(options).Train(Network.FullyConnected(1, [], 1, new Identity()), set));
        Assert.Contains("Dense 1 → 1", problem.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ExampleSet([1, float.PositiveInfinity], 1, [1, 2], allowsMissing: true));
    }

    [Fact]
    public void Only_the_first_layer_can_replace_them()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Imputation(2, MissingValues.Skip, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Imputation(2, MissingValues.Mean, [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Imputation(2, MissingValues.Mean, [2]));
        Assert.Contains(
            "it must be layer 0",
            Assert.Throws<ArgumentException>(() => new Network(new Dense(2, 2), new Imputation(2, MissingValues.Mean, []))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "InputSkip",
            Assert.Throws<ArgumentException>(
                () => new NetworkBuilder(2).Imputation(MissingValues.Mean).Dense(2).InputSkip().Build()).Message,
            StringComparison.Ordinal);
    }
}
