using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class TrainingOptionTests
{
    private static readonly TrainingOptions Valid = new() { Loss = new SquaredError() };

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_that_is_not_positive_and_finite_is_refused_by_name(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(TrainingOptions.LearningRate), () => Valid with { LearningRate = value });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Counts_below_one_are_refused_by_name(int value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(TrainingOptions.NumberOfIterations), () => Valid with { NumberOfIterations = value });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(TrainingOptions.BatchSize), () => Valid with { BatchSize = value });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(EarlyStopping.Patience), () => new EarlyStopping { Patience = value });
    }

    // It computes the parameters from its own averages.
    [Fact]
    public void What_a_schedule_free_optimizer_would_undo_is_refused_by_name()
    {
        var options = Valid with { Optimizer = new ScheduleFreeAdamW() };
        _ = new Trainer(options);
        Assert.Throws<ArgumentException>(nameof(TrainingOptions.MaximumNorm), () => new Trainer(options with { MaximumNorm = 2 }));
        Assert.Throws<ArgumentException>(
            nameof(TrainingOptions.WeightAveraging), () => new Trainer(options with { WeightAveraging = new ExponentialMovingAverage() }));
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_minimum_improvement_below_zero_or_not_finite_is_refused_by_name(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(EarlyStopping.MinimumImprovement), () => new EarlyStopping { MinimumImprovement = value });

    [Fact]
    public void Null_stands_for_what_is_usual()
    {
        Assert.Null(Valid.LearningRate);
        Assert.Null(Valid.BatchSize);
        Assert.Null((Valid with { LearningRate = 0.1, BatchSize = 3 } with { LearningRate = null, BatchSize = null }).BatchSize);
    }

    [Fact]
    public void Without_a_learning_rate_the_optimizers_usual_one_is_used()
    {
        foreach (var optimizer in Optimizer.All)
        {
            var result = new Trainer(Valid with { Optimizer = optimizer, NumberOfIterations = 1 }).Train(
                Network.FullyConnected(1, [], 1, new Tanh()), new ExampleSet([1, 2], 1, [3, 4]));
            Assert.Equal(optimizer.DefaultLearningRate, result.History[0].LearningRate);
        }
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(1023, 8)]
    [InlineData(1024, 16)]
    [InlineData(4095, 32)]
    [InlineData(4096, 64)]
    [InlineData(10_000, 128)]
    [InlineData(65_536, 1024)]
    [InlineData(int.MaxValue, 1024)]
    public void The_usual_batch_is_a_64th_of_the_data_as_a_power_of_two(int examples, int batchSize) =>
        Assert.Equal(batchSize, TrainingOptions.DefaultBatchSize(examples));
}
