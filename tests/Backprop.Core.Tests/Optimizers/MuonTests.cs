using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Optimizers;

public class MuonTests
{
    private const int Rows = 60;

    [Fact]
    public void The_matrices_are_those_of_all_dense_layers_but_the_last()
    {
        var network = Network.FullyConnected(4, [7, 5], 3, new ReLU());
        Assert.Equal([new WeightMatrix(0, 4, 7), new WeightMatrix(35, 7, 5)], network.HiddenWeights);
    }

    [Fact]
    public void Every_member_has_matrices_of_its_own()
    {
        var matrices = Ensemble(3).HiddenWeights;
        Assert.Equal([(4, 7), (4, 7), (4, 7), (7, 5), (7, 5), (7, 5)], matrices.Select(matrix => (matrix.Rows, matrix.Columns)));
        Assert.Equal(matrices.OrderBy(matrix => matrix.Offset), matrices);
    }

    [Fact]
    public void Vectors_and_weights_that_are_not_learned_are_no_matrices()
    {
        Assert.Empty(Network.FullyConnected(1, [7, 1], 3, new ReLU()).HiddenWeights);
        var network = Network.FullyConnected(4, [7, 5], 3, new ReLU());
        var frozen = Options() with { ParameterGroups = new() { Weights = new(0, 0) } };
        Assert.Equal(0, new TrainingState(new float[network.ParameterCount], frozen, network).Optimizer!.MatrixCount);
        Assert.Equal(2, new TrainingState(new float[network.ParameterCount], Options(), network).Optimizer!.MatrixCount);
    }

    // The step of a matrix has no size of its own: only the direction of its gradient counts. The output layer has AdamW.
    [Fact]
    public void The_first_step_of_a_matrix_does_not_depend_on_the_size_of_its_gradient()
    {
        var optimizer = new Muon { Scale = MuonScale.Spectral };
        var gradient = TestNumbers.Normal(50, seed: 3);
        float[] small = new float[50], large = new float[50];
        optimizer.Start(50, [new(2, 6, 8)]).Update(small, gradient, learningRate: 0.1);
        optimizer.Start(50, [new(2, 6, 8)]).Update(large, [.. gradient.Select(g => 64 * g)], learningRate: 0.1);
        TestNumbers.AssertClose(small, large, 1e-6f);
        var squares = small.Skip(2).Sum(step => (double)step * step);
        Assert.InRange(Math.Sqrt(squares / 6) / (0.1 * Math.Sqrt(8.0 / 6)), 0.68, 1.21);
    }

    [Fact]
    public void A_step_by_slices_that_cut_a_matrix_has_the_same_bits()
    {
        var optimizer = new Muon();
        WeightMatrix[] matrices = [new(3, 4, 5), new(30, 5, 3)];
        float[] whole = TestNumbers.Normal(60, seed: 1), sliced = [.. whole];
        OptimizerState first = optimizer.Start(60, matrices), second = optimizer.Start(60, matrices);
        for (var step = 0; step < 3; step++)
        {
            var gradient = TestNumbers.Normal(60, seed: 10 + step);
            first.Update(whole, gradient, learningRate: 0.1, weightDecay: 0.2);
            second.BeginStep(0.1);
            for (var matrix = second.MatrixCount - 1; matrix >= 0; matrix--) second.PrepareMatrix(matrix, gradient);
            foreach (var (start, end) in new[] { (33, 60), (0, 2), (10, 33), (2, 10) })
                second.UpdateSlice(start, sliced.AsSpan(start..end), gradient.AsSpan(start..end), 0.1, 0.2);
        }
        TestNumbers.AssertSameBits(whole, sliced);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void A_training_has_the_same_bits_for_any_number_of_threads(int threads)
    {
        var options = Options() with
        {
            GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1),
            L1Regularization = 1e-3,
            WeightDecay = 0.01,
        };
        TestNumbers.AssertSameBits(Trained(Ensemble(3), options, threads: 1), Trained(Ensemble(3), options, threads));
    }

    [Fact]
    public void A_training_of_a_small_network_fits_the_data()
    {
        var network = Network.FullyConnected(2, [16, 16], 1, new Tanh());
        var data = Problems.Surface(Rows, seed: 3);
        var trainer = new Trainer(Options() with { NumberOfIterations = 200, BatchSize = 20, LearningRate = 0.02, Seed = 1 });
        Assert.InRange(trainer.Train(network, data).History[^1].TrainingLoss, 0, 0.01);
    }

    private static TrainingOptions Options() => new() { Loss = new SquaredError(), Optimizer = new Muon { Iterations = 3 } };

    private static Network Ensemble(int members) => new MultilayerPerceptron
    {
        HiddenLayers = [7, 5],
        Activation = new ReLU(),
        EnsembleSize = members,
    }.Build(4, 1);

    private static float[] Trained(Network network, TrainingOptions options, int threads)
    {
        var parameters = network.Initialize(new Backprop.Initializers.GlorotUniform(), seed: 1);
        var data = new ExampleSet(TestNumbers.Normal(Rows * 4, seed: 5), 4, TestNumbers.Normal(Rows, seed: 6));
        var batches = new Minibatches(data, 20, null, null);
        using var step = Steps.Make(network, parameters, options, 20, threads);
        for (var i = 0; i < 6; i++) step.Learn(batches, i % batches.Count, new StepValues(0.05));
        return parameters;
    }
}
