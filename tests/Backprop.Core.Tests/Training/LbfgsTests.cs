using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class LbfgsTests
{
    private static readonly TrainingOptions Options = new()
    {
        Loss = new SquaredError(),
        Optimizer = new Lbfgs(),
        NumberOfIterations = 1000,
        StandardizeInputs = false,
        StandardizeTargets = false
    };

    public static TheoryData<string, TrainingOptions> Combinations => new()
    {
        { nameof(TrainingOptions.BatchSize), Options with { BatchSize = 32 } },
        { nameof(TrainingOptions.L1Regularization), Options with { L1Regularization = 0.1 } },
        { nameof(TrainingOptions.WeightDecay), Options with { WeightDecay = 0.1 } },
        { nameof(TrainingOptions.LabelSmoothingSchedule), Options with { LabelSmoothingSchedule = new CosineDecay() } },
        { nameof(TrainingOptions.DropoutSchedule), Options with { DropoutSchedule = new CosineDecay() } },
        { nameof(TrainingOptions.ParameterGroups), Options with { ParameterGroups = new ParameterGroups { Biases = new(0.5, 0) } } },
        {
            nameof(TrainingOptions.GradientClipping),
            Options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 1) }
        },
        { nameof(TrainingOptions.MaximumNorm), Options with { MaximumNorm = 2 } },
        { nameof(TrainingOptions.WeightAveraging), Options with { WeightAveraging = new ExponentialMovingAverage() } },
    };

    // The columns differ by a factor of 100, so J is 10,000 times as steep across its valley as along it.
    [Fact]
    public void A_line_through_columns_of_unlike_sizes_is_found_in_few_steps()
    {
        var random = TestNumbers.Normal(200, seed: 3);
        var features = new float[200];
        var targets = new float[100];
        for (var i = 0; i < 100; i++)
        {
            (features[2 * i], features[2 * i + 1]) = (10 * random[2 * i], 0.1f * random[2 * i + 1]);
            targets[i] = 0.2f * features[2 * i] - 30 * features[2 * i + 1] + 5;
        }
        var result = new Trainer(Options).Train(Problems.TwoToOne(), new ExampleSet(features, 2, targets));
        TestNumbers.AssertClose([0.2f, -30, 5], result.Network.Parameters, 0.01f);
        Assert.InRange(result.History.Count, 3, 40);
    }

    [Fact]
    public void Penalties_are_a_part_of_what_is_minimised()
    {
        // J = ((w − 3)²·(1 + 1))/2 + ½λw² for two rows at x = ±1: w = 6 / (2 + λ).
        var result = new Trainer(Options with { L2Regularization = 4 }).Train(
            Problems.LineThroughZero().Network, new ExampleSet([1, -1], 1, [3, -3]), initial: Problems.LineThroughZero());
        TestNumbers.AssertClose([1, 0], result.Network.Parameters, 1e-4f);
    }

    [Fact]
    public void A_frozen_group_stays_as_it_is()
    {
        var options = Options with { ParameterGroups = new() { Weights = new(0, 0) } };
        var result = new Trainer(options).Train(
            Problems.LineThroughZero().Network, new ExampleSet([1, 2], 1, [4, 6]), initial: Problems.LineThroughZero());
        TestNumbers.AssertClose([0, 5], result.Network.Parameters, 1e-4f);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        var (network, set) = (Network.FullyConnected(2, [64, 64], 1, new Backprop.Activations.Tanh()), Problems.Surface(700, seed: 5));
        var one = new Trainer(Options with { NumberOfIterations = 15, NumberOfThreads = 1 }).Train(network, set);
        var four = new Trainer(Options with { NumberOfIterations = 15, NumberOfThreads = 4 }).Train(network, set);
        TestNumbers.AssertSameBits(one.Network.Parameters, four.Network.Parameters);
        Assert.True(
            one.History[^1].TrainingLoss < 0.1 * one.History[0].TrainingLoss,
            $"fell from {one.History[0].TrainingLoss} to {one.History[^1].TrainingLoss} only");
    }

    [Theory, MemberData(nameof(Combinations))]
    public void What_does_not_go_with_it_is_refused_by_name(string option, TrainingOptions options)
    {
        var problem = Assert.Throws<ArgumentException>(option, () => new Trainer(options));
        Assert.Contains(nameof(Lbfgs), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropout_is_refused_with_its_layer()
    {
        var network = new NetworkBuilder(2).Dense(4).Dropout(0.5).Dense(1).Build();
        var problem = Assert.Throws<ArgumentException>("network", () => new Trainer(Options).Train(network, Problems.Surface(10, seed: 1)));
        Assert.Contains(nameof(Dropout), problem.Message, StringComparison.Ordinal);
    }
}
