using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

public class NormalizationTests
{
    private const int Rows = 100, Width = 5;

    // Mean 1000 with standard deviation 1: what a sum of squares in single precision could not tell from a constant.
    [Fact]
    public void A_batch_leaves_batch_normalization_with_mean_0_and_variance_1()
    {
        var network = new Network(new BatchNormalization(Width));
        float[] x = [.. TestNumbers.Normal(Rows * Width, seed: 1).Select((value, i) => 1000 * (i % Width) + value)];
        var y = network.ForwardTraining(Fresh(network), new ReadOnlyMatrix(x, Rows, Width), new Workspace(network, Rows), seed: 0, step: 1);
        for (var j = 0; j < Width; j++)
        {
            var column = Column(y, j);
            Assert.Equal(0, column.Average(), 1e-3);
            Assert.Equal(1, column.Average(value => value * value), 1e-3);
        }
    }

    [Fact]
    public void A_row_leaves_layer_normalization_with_mean_0_and_variance_1()
    {
        var layer = new LayerNormalization(Rows);
        var y = new float[Rows];
        layer.Forward(
            Fresh(new Network(layer)), new ReadOnlyMatrix([.. TestNumbers.Normal(Rows, seed: 1).Select(value => 50 + 3 * value)], 1, Rows),
            new Matrix(y, 1, Rows));
        Assert.Equal(0, y.Average(), 1e-5);
        Assert.Equal(1, y.Average(value => value * value), 1e-4);
    }

    [Fact]
    public void Running_numbers_come_to_those_of_the_data_and_scoring_uses_them()
    {
        var network = new Network(new BatchNormalization(1));
        float[] x = [.. TestNumbers.Normal(Rows, seed: 2).Select(value => 7 + 2 * value)];
        double mean = x.Average(), variance = x.Sum(value => (value - mean) * (value - mean)) / (Rows - 1);
        var parameters = Learn(network, x, steps: 300, learningRate: 1e-30);
        Assert.Equal([1, 0, (float)mean, (float)variance], parameters, (a, b) => Math.Abs(a - b) < 1e-4);

        float[] scores = new float[1];
        network.Layers[0].Forward(parameters, new ReadOnlyMatrix([(float)(mean + Math.Sqrt(variance))], 1, 1), new Matrix(scores, 1, 1));
        Assert.Equal(1, scores[0], 1e-4f);
    }

    // One row has no variance: it is seen through the running numbers, and leaves them.
    [Fact]
    public void A_batch_of_one_row_is_normalized_by_the_running_numbers()
    {
        var network = new Network(new BatchNormalization(1));
        float[] parameters = [2, 1, 5, 4], before = [.. parameters];
        var y = network.ForwardTraining(parameters, new ReadOnlyMatrix([7], 1, 1), new Workspace(network, 1), seed: 0, step: 1);
        Assert.Equal(3, y.Values[0], 1e-4f); // 2·(7 − 5)/√4 + 1
        ((IBatchStatistics)network.Layers[0]).Observe(parameters, new float[network.Layers[0].StatisticsLength], rows: 1);
        Assert.Equal(before, parameters);
    }

    [Fact]
    public void Optimizers_leave_running_numbers_alone()
    {
        var network = new Network(new Dense(1, 3), new BatchNormalization(3, momentum: 1e-30), new Dense(3, 1));
        var statistics = network.ParametersOf(1);
        var parameters = Learn(network, TestNumbers.Normal(Rows, seed: 3), steps: 20, learningRate: 0.1);
        TestNumbers.AssertClose([0, 0, 0, 1, 1, 1], parameters.AsSpan(statistics)[6..], 1e-20f);
        Assert.DoesNotContain(1f, parameters[statistics].Take(3));
    }

    private static float[] Learn(Network network, float[] x, int steps, double learningRate)
    {
        var parameters = Fresh(network);
        using var step = Steps.Make(
            network, parameters, new TrainingOptions { Loss = new SquaredError(), Optimizer = new Adam() }, Rows, 2);
        var batches = new Minibatches(new ExampleSet(x, 1, [.. x.Select(value => value * value)]), Rows, null, null);
        for (var i = 0; i < steps; i++) step.Learn(batches, 0, new StepValues(learningRate));
        return parameters;
    }

    private static float[] Fresh(Network network) => network.Initialize(new Backprop.Initializers.GlorotUniform(), seed: 1);

    private static float[] Column(Matrix matrix, int column)
    {
        var values = new float[matrix.Rows];
        for (var row = 0; row < values.Length; row++) values[row] = matrix.Row(row)[column];
        return values;
    }
}
