using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class WeightAveragingTests
{
    private const int Steps = 20;

    // Training by four calls, as A_full_batch_run_is_the_four_calls_in_a_loop shows, so the way of the parameters is known from runs that
    // end earlier.
    private static readonly float[][] Way = [.. Enumerable.Range(1, Steps).Select(steps => ResultOf(null, steps))];

    public static TheoryData<WeightAveraging> All => [.. WeightAveraging.All];

    [Fact]
    public void Every_kind_of_averaging_in_the_assembly_is_listed() => Choices.AssertListed<WeightAveraging>(WeightAveraging.All);

    [Fact]
    public void SWA_is_the_plain_mean_of_the_last_parameters()
    {
        var mean = Way[0].Select((_, i) => (float)Way[^5..].Average(parameters => (double)parameters[i])).ToArray();
        TestNumbers.AssertClose(mean, ResultOf(new StochasticWeightAveraging { StartShare = 0.75 }, Steps), 1e-6f);
    }

    [Fact]
    public void EMA_weighs_every_step_half_as_much_as_the_next()
    {
        // With d = ½: ½·last + ¼·the one before + …, and what is left of 1 for the first.
        var mean = Way[0]
            .Select(
                (_, i) =>
                    (float)(
                        Enumerable.Range(1, Steps - 1).Sum(
                            k => Way[k][i] * Math.Pow(0.5, Steps - k)) + Way[0][i] * Math.Pow(0.5, Steps - 1)))
            .ToArray();
        TestNumbers.AssertClose(mean, ResultOf(new ExponentialMovingAverage { Decay = 0.5 }, Steps), 1e-6f);
    }

    [Theory, MemberData(nameof(All))]
    public void Training_itself_goes_on_as_without(WeightAveraging averaging)
    {
        var with = new Trainer(Problems.GradientDescent with { WeightAveraging = averaging, NumberOfIterations = Steps, Seed = 4 })
            .Train(Problems.TwoToOne(5), Problems.Surface(23, seed: 1));
        var without = new Trainer(Problems.GradientDescent with { NumberOfIterations = Steps, Seed = 4 })
            .Train(Problems.TwoToOne(5), Problems.Surface(23, seed: 1));
        Assert.Equal(without.History.Select(report => report.TrainingLoss), with.History.Select(report => report.TrainingLoss));
    }

    // The last validation loss is that of the network that comes out, which is the average.
    [Fact]
    public void Validation_sees_the_average()
    {
        var (set, validation) = (Problems.Surface(23, seed: 1), Problems.Surface(11, seed: 2));
        var options = Problems.GradientDescent with
        {
            WeightAveraging = new ExponentialMovingAverage { Decay = 0.9 },
            NumberOfIterations = Steps,
            Seed = 4,
            EarlyStopping = null,
            StandardizeTargets = false
        };
        var result = new Trainer(options).Train(Problems.TwoToOne(5), set, validation);
        var loss = Problems.MeanLoss(result.Network, validation);
        Assert.Equal(loss, result.History[^1].ValidationLoss!.Value, 1e-6);
    }

    [Theory, MemberData(nameof(All))]
    public void Shares_lie_between_nothing_and_all(WeightAveraging averaging)
    {
        for (long step = 0; step < 100; step++) Assert.InRange(averaging.ShareAt(new TrainingMoment(step, 10, 10, 100)), 1e-9, 1);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Options_outside_zero_to_one_are_refused_by_name(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(ExponentialMovingAverage.Decay), () => new ExponentialMovingAverage { Decay = value });
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(StochasticWeightAveraging.StartShare), () => new StochasticWeightAveraging { StartShare = value });
    }

    private static float[] ResultOf(WeightAveraging? averaging, int steps) =>
        [
            .. new Trainer(
                Problems.GradientDescent with
                {
                    WeightAveraging = averaging, NumberOfIterations = steps, Seed = 4, Optimizer = new Momentum()
                }).Train(Problems.TwoToOne(5), Problems.Surface(23, seed: 1)).Network.Parameters];
}
