using Backprop.Losses;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Options that are right each by itself and spoil each other are named in a warning.</summary>
public class PlanWarningTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with
    {
        BatchSize = 10,
        NumberOfIterations = 20,
        LearningRate = 0.05,
        EarlyStopping = null
    };

    public static TheoryData<string, TrainingOptions> Spoiled => new()
    {
        { "LearningRateSchedule (StepDecay", Options with { LearningRateSchedule = new StepDecay { EpochsPerStep = 30 } } },
        { "LearningRateSchedule (MultiStepDecay", Options with { LearningRateSchedule = new MultiStepDecay() } },
        { "DropoutSchedule (MultiStepDecay", Options with { DropoutSchedule = new MultiStepDecay() } },
        { "WeightDecaySchedule (ExponentialDecay", Options with { WeightDecaySchedule = new ExponentialDecay { Factor = 1 } } },
        { "Patience is 10 epochs, and a check runs every 15 epochs", Options with { EarlyStopping = new EarlyStopping { Interval = 15 } } },

        {
            "LearningRateSchedule (ReduceOnPlateau) has no effect: it waits for 11 epochs without improvement, and EarlyStopping",
            Options with { LearningRateSchedule = new ReduceOnPlateau(), EarlyStopping = new EarlyStopping() }
        },

        {
            "WeightAveraging (StochasticWeightAveraging) had no effect",
            Options with { WeightAveraging = new StochasticWeightAveraging(), EarlyStopping = new EarlyStopping { Target = 1e9 } }
        },

        {
            "ended after 1 of 20 epochs, before LearningRateSchedule had risen",
            Options with { LearningRateSchedule = new CosineDecay { WarmUpShare = 1 }, EarlyStopping = new EarlyStopping { Target = 1e9 } }
        },
    };

    [Theory, MemberData(nameof(Spoiled))]
    public void They_are_named(string text, TrainingOptions options)
    {
        var warned = new List<string>();
        var result = Train(options, new RunReports(warn: warned.Add));
        Assert.Contains(text, Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(result.Warnings, warned);
    }

    [Fact]
    public void A_loss_tolerance_that_ends_training_during_warm_up_or_before_a_plateau_is_named()
    {
        var tolerance = new LossTolerance { MinimumImprovement = 100, Patience = 1 };
        var warmUp = Options with
        {
            NumberOfIterations = 1000,
            LearningRateSchedule = new OneCycleSchedule { StartDivisor = 1000 },
            LossTolerance = tolerance
        };
        Assert.Contains(
            "Increase the patience of EarlyStopping or LossTolerance", Assert.Single(Train(warmUp, validates: false).Warnings),
            StringComparison.Ordinal);
        var plateau = Options with { LearningRateSchedule = new ReduceOnPlateau(), LossTolerance = tolerance };
        Assert.Contains(
            "LossTolerance ends training after 2", Assert.Single(Train(plateau, validates: false).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_ends_training_before_the_rate_has_risen_is_named_and_later_not()
    {
        foreach (var (epochs, warnings) in new[] { (2, 1), (500, 0) })
        {
            using var source = new CancellationTokenSource();
            var options = Options with
            {
                NumberOfIterations = 1000,
                LearningRateSchedule = new CosineLogarithmicSchedule(),
                CancellationToken = source.Token
            };
            var result =
                new Trainer(options).Train(Problems.TwoToOne(3), Problems.Surface(50, 1), progress: new Heard<EpochReport>(report =>
            {
                if (report.Epoch == epochs) source.Cancel();
            }));
            Assert.Equal(warnings, result.Warnings.Count);
            if (warnings > 0) Assert.Contains("was cancelled after 2 of 1,000 epochs", result.Warnings[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Plans_that_fit_are_not()
    {
        foreach (var schedule in Schedule.All.Where(schedule => schedule is not (MultiStepDecay or StepDecay)))
            Assert.Empty(
                Train(Options with { LearningRateSchedule = schedule, EarlyStopping = new EarlyStopping { Patience = 12 } }).Warnings);
        Assert.Empty(
            Train(Options with { EarlyStopping = new EarlyStopping { Interval = 5, Patience = 10 }, NumberOfIterations = 1 }).Warnings);
        Assert.Empty(Train(Options with { LearningRateSchedule = new StepDecay { EpochsPerStep = 5 } }).Warnings);
        // two steps, both in its flat half
        Assert.Empty(Train(Options with { DropoutSchedule = new FlatCosineSchedule(), BatchSize = null, NumberOfIterations = 2 }).Warnings);
        Assert.Empty(Train(Options with { Loss = new HuberLoss(), WeightAveraging = new StochasticWeightAveraging() }).Warnings);
    }

    private static TrainingResult Train(TrainingOptions options, RunReports? reports = null, bool validates = true) =>
        new Trainer(options).Train(
        Problems.TwoToOne(3), Problems.Surface(50, 1), validates ? Problems.Surface(20, 2) : null, null, null,
            new StopCondition(options, null, reports));
}
