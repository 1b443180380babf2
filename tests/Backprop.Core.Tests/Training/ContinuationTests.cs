using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class ContinuationTests
{
    private static readonly TrainingOptions Options = new() { Loss = new SquaredError(), NumberOfIterations = 60, LearningRate = 0.01 };

    [Fact]
    public void Training_goes_on_from_where_the_initial_network_stands()
    {
        var set = Problems.Surface(200, seed: 1);
        var first = new Trainer(Options).Train(Problems.TwoToOne(8), set);
        var second = new Trainer(Options).Train(Problems.TwoToOne(8), set, initial: first.Network);
        var (start, end) = (first.History[0].TrainingLoss, first.History[^1].TrainingLoss);
        Assert.InRange(second.History[0].TrainingLoss, 0, end + 0.1 * (start - end));
        Assert.True(end < 0.1 * start, "the first run must have learned something");
    }

    // Gradient descent has no memory beyond its parameters, so two halves are one whole.
    [Fact]
    public void Two_runs_of_ten_steps_are_one_run_of_twenty()
    {
        var set = Problems.Surface(20, seed: 1);
        var half = new Trainer(Problems.GradientDescent with { NumberOfIterations = 10 });
        var whole = new Trainer(Problems.GradientDescent).Train(Problems.TwoToOne(4), set).Network;
        var halves = half.Train(Problems.TwoToOne(4), set, initial: half.Train(Problems.TwoToOne(4), set).Network).Network;
        TestNumbers.AssertSameBits(whole.Parameters, halves.Parameters);
    }

    [Fact]
    public void The_initial_networks_standardization_is_kept()
    {
        var first = new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 1)).Network;
        var second = new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 2), initial: first).Network;
        TestNumbers.AssertSameBits(first.Inputs!.Means, second.Inputs!.Means);
        TestNumbers.AssertSameBits(first.Targets!.Factors, second.Targets!.Factors);
    }

    [Fact]
    public void The_initial_network_is_not_changed()
    {
        var first = new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 1)).Network;
        float[] before = [.. first.Parameters];
        new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 2), initial: first);
        TestNumbers.AssertSameBits(before, first.Parameters);
    }

    [Fact]
    public void An_initial_network_of_another_shape_is_refused_with_both_shapes()
    {
        var initial = new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 1)).Network;
        var problem = Refused(Problems.TwoToOne(5), initial);
        Assert.Contains("2-4-1 (17 parameters)", problem.Message);
        Assert.Contains("2-5-1 (21 parameters)", problem.Message);
        Refused(Network.FullyConnected(2, [4], 1, new ReLU()), initial); // same widths, other activation
    }

    [Fact]
    public void Scaled_targets_are_refused_under_a_loss_that_does_not_allow_them()
    {
        var initial = new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 1)).Network;
        var trainer = new Trainer(Options with { Loss = new LogisticLoss() });
        Assert.Contains("scaled targets", Assert.Throws<ArgumentException>(nameof(initial), () =>
            trainer.Train(Problems.TwoToOne(4), Problems.Surface(50, seed: 1), initial: initial)).Message);
    }

    [Fact]
    public void Target_columns_that_do_not_fit_the_outputs_are_refused()
    {
        var two = new ExampleSet([1, 2], 2, [1, 2], targetCount: 2);
        Assert.Contains("has 1 outputs, but 2 target columns", Assert.Throws<ArgumentException>("training", () =>
            new Trainer(Options).Train(Problems.TwoToOne(4), two)).Message);
        var classes = new Trainer(Options with { Loss = new SoftmaxCrossEntropy() });
        var network = Network.FullyConnected(2, [], 3, new Tanh());
        var problem = Assert.Throws<ArgumentException>("training", () => classes.Train(network, new ExampleSet([1, 2], 2, [3])));
        Assert.Contains("target of row 0 of training is 3; SoftmaxCrossEntropy allows one class", problem.Message);
    }

    [Fact]
    public void Examples_that_do_not_fit_the_network_are_refused_with_both_numbers()
    {
        var three = new ExampleSet([1, 2, 3], 3, [1]);
        Assert.Contains("has 2 inputs, but the training examples have 3 features", Assert.Throws<ArgumentException>("training", () =>
            new Trainer(Options).Train(Problems.TwoToOne(4), three)).Message);
        const string expected = "3 features and 1 targets, but the training examples have 2 and 1";
        Assert.Contains(expected, Assert.Throws<ArgumentException>("validation", () =>
            new Trainer(Options).Train(Problems.TwoToOne(4), Problems.Surface(5, seed: 1), three)).Message);
    }

    private static ArgumentException Refused(Network network, TrainedNetwork initial) =>
        Assert.Throws<ArgumentException>(nameof(initial), () =>
        new Trainer(Options).Train(network, Problems.Surface(50, seed: 1), initial: initial));
}
