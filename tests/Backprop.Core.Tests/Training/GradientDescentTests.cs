using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class GradientDescentTests
{
    public static TheoryData<StepwiseOptimizer> Optimizers => [.. Optimizer.All.OfType<StepwiseOptimizer>()];

    // The trainer adds nothing to what a learner can do by hand.
    [Theory, MemberData(nameof(Optimizers))]
    public void A_full_batch_run_is_the_four_calls_in_a_loop(StepwiseOptimizer optimizer)
    {
        var options = Problems.GradientDescent with { Optimizer = optimizer, LearningRate = 0.05, WeightDecay = 0, Seed = 4 };
        var (network, set) = (Problems.TwoToOne(5), Problems.Surface(23, seed: 1));
        var result = new Trainer(options).Train(network, set);

        var parameters = network.Initialize(options.Initializer, seed: 4);
        var (workspace, gradient, state) = (
            new Workspace(network, 23), new float[network.ParameterCount],
            optimizer.Start(network.ParameterCount, network.HiddenWeights));
        List<double> losses = [];
        for (var step = 0; step < 20; step++)
        {
            var scores = network.Forward(parameters, set.Features, workspace);
            losses.Add(options.Loss.Evaluate(scores, set.Targets, workspace.ScoreGradient));
            network.Backward(parameters, set.Features, workspace, gradient);
            state.Update(parameters, gradient, 0.05);
        }
        state.Predictor(0, parameters, gradient);
        TestNumbers.AssertSameBits(gradient, result.Network.Parameters);
        Assert.Equal(losses, result.History.Select(report => report.TrainingLoss));
    }

    [Fact]
    public void One_step_on_a_line_is_the_one_worked_out_by_hand()
    {
        // J = ((w − 3)² + (w − 3)²) / 2 at w = 0: loss 9, slope −6, so one step of 0.1 leads to w = 0.6.
        var result = new Trainer(Problems.GradientDescent with { NumberOfIterations = 1 })
            .Train(Problems.LineThroughZero().Network, Problems.Line(3), initial: Problems.LineThroughZero());
        Assert.Equal(9, result.History[0].TrainingLoss, 1e-6);
        TestNumbers.AssertClose([0.6f, 0], result.Network.Parameters, 1e-6f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weight_two_counts_like_the_row_twice(bool standardize)
    {
        var options = Problems.GradientDescent with { StandardizeInputs = standardize, StandardizeTargets = standardize };
        var set = Problems.Surface(10, seed: 2);
        float[] features = [.. set.Features.Values, .. set.Features.Row(3)], targets = [.. set.Targets.Values, .. set.Targets.Row(3)];
        float[] weights = [1, 1, 1, 2, 1, 1, 1, 1, 1, 1];

        var twice = new Trainer(options).Train(Problems.TwoToOne(4), new ExampleSet(features, 2, targets)).Network;
        var weighted = new Trainer(options).Train(Problems.TwoToOne(4), Problems.Surface(10, seed: 2, weights)).Network;
        var unweighted = new Trainer(options).Train(Problems.TwoToOne(4), set).Network;

        TestNumbers.AssertClose(twice.Parameters, weighted.Parameters, 1e-5f);
        Assert.True(LargestDifference(unweighted, weighted) > 1e-3, "the weight must make a difference");
    }

    [Fact]
    public void The_order_of_rows_in_a_full_batch_does_not_matter()
    {
        var set = Problems.Surface(30, seed: 3);
        float[] features = new float[60], targets = new float[30];
        for (var row = 0; row < 30; row++)
        {
            var to = 7 * row % 30; // 7 and 30 share no divisor, so every row finds a place
            set.Features.Row(row).CopyTo(features.AsSpan(2 * to));
            targets[to] = set.Targets.Values[row];
        }
        var inOrder = new Trainer(Problems.GradientDescent).Train(Problems.TwoToOne(4), set).Network;
        var permuted = new Trainer(Problems.GradientDescent).Train(Problems.TwoToOne(4), new ExampleSet(features, 2, targets)).Network;
        TestNumbers.AssertClose(inOrder.Parameters, permuted.Parameters, 1e-5f);
    }

    private static float LargestDifference(TrainedNetwork a, TrainedNetwork b) =>
        a.Parameters.ToArray().Zip(b.Parameters.ToArray(), (p, q) => Math.Abs(p - q)).Max();
}
