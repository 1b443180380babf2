using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Initializers;

public class DataDependentTests
{
    private const int Rows = 500;

    private static readonly float[] Features = [
        .. TestNumbers.Normal(Rows * 3, seed: 1).Select((x, i) => (i % 3) switch { 0 => 100 * x, 1 => x + 5, _ => 0.01f * x })];

    private static ReadOnlyMatrix Examples => new(Features, Rows, 3);

    public static TheoryData<bool, bool> Kinds => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    // Without biases, what enters a unit is what a network that ends there scores.
    [Fact]
    public void Examples_take_little_memory_on_their_way_through_wide_layers()
    {
        // Sixteen waves of each of 100 features: what leaves that layer alone would be 17 times the examples.
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [8],
            NumericEmbedding = new PeriodicPhaseEmbedding { Dimension = 2 }
        }.Build(100, 1);
        var examples = new float[2000 * 100];
        _ = network.Initialize(new DataDependent(), seed: 1, new ReadOnlyMatrix(examples, 2000, 100));
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = network.Initialize(new DataDependent(), seed: 1, new ReadOnlyMatrix(examples, 2000, 100));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * sizeof(float) * examples.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_enters_every_unit_has_variance_one_in_every_layer(bool isNtk, bool hasBiases)
    {
        foreach (var depth in (int[])[0, 1, 3])
        {
            var network = new MultilayerPerceptron
            {
                HiddenLayers = [.. Enumerable.Repeat(20, depth)],
                Activation = new SELU(),
                NtkParametrization = isNtk
            }.Build(3, 9);
            var parameters = network.Initialize(new DataDependent { Biases = hasBiases }, seed: 3, Examples);
            var scores = network.Forward(parameters, Examples, new Workspace(network, Rows, forTraining: false));
            for (var unit = 0; unit < 9; unit++)
            {
                var values = Enumerable.Range(0, Rows)
                    .Select(
                        row =>
                            (double)network.Forward(
                                parameters, Examples.RowRange(row, 1), new Workspace(network, 1, forTraining: false)).Values[unit])
                    .ToArray();
                var mean = values.Average();
                Assert.Equal(1, values.Average(value => (value - mean) * (value - mean)), 1e-3);
                // The bend of the unit, where its input is 0, lies among the examples; without biases it need not.
                if (hasBiases)
                    Assert.True(
                        values.Min() < 0 && values.Max() > 0, $"unit {unit} of layer {depth} sees {values.Min()} to {values.Max()}");
            }
            Assert.Equal(Rows, scores.Rows);
        }
    }

    [Fact]
    public void A_trainer_shows_it_the_standardized_rows()
    {
        var (network, set) = (Network.FullyConnected(2, [30], 1, new ReLU()), Problems());
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Initializer = new DataDependent { Biases = false },
            NumberOfIterations = 1,
            LearningRate = 1e-30,
            Seed = 2
        };
        var trained = new Trainer(options).Train(network, set).Network;
        var first = new Network(network.Layers[0]);
        var standardized = new Matrix(new float[400], 200, 2);
        for (var row = 0; row < 200; row++) trained.Inputs!.Apply(set.Features.Row(row), standardized.Row(row));
        var z = first.Forward(trained.Parameters[..first.ParameterCount], standardized, new Workspace(first, 200, forTraining: false));
        for (var unit = 0; unit < 30; unit++)
        {
            double squares = 0;
            for (var row = 0; row < 200; row++) squares += (double)z.Row(row)[unit] * z.Row(row)[unit];
            Assert.Equal(1, squares / 200, 1e-3); // standardized columns have mean 0, and so have their sums
        }
    }

    // A column of zeros has no variance to divide by.
    [Fact]
    public void Units_that_see_no_difference_keep_their_weights()
    {
        var network = Network.FullyConnected(2, [], 3, new ReLU());
        var parameters = network.Initialize(new DataDependent(), seed: 1, new ReadOnlyMatrix(new float[20], 10, 2));
        TestNumbers.AssertSameBits(network.Initialize(new DataDependent(), seed: 1).AsSpan(0, 6), parameters.AsSpan(0, 6));
    }

    private static ExampleSet Problems()
    {
        var x = TestNumbers.Normal(400, seed: 8);
        return new ExampleSet(
            [.. x.Select((value, i) => i % 2 == 0 ? 50 + 9 * value : value)], 2, [.. Enumerable.Range(0, 200).Select(i => x[2 * i])]);
    }
}
