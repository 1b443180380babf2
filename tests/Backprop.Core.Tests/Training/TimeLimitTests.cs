using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A time limit and a number of epochs that cannot both hold: schedules follow the time, and a warning says where they could
/// not.</summary>
public class TimeLimitTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with
    {
        BatchSize = 10,
        LearningRate = 0.2,
        NumberOfIterations = 100_000
    };

    public static TheoryData<Schedule> SchedulesWithAnEnd =>
        [
            new CosineDecay { WarmUpShare = 0.2 }, new CosineLogarithmicSchedule(), new FlatCosineSchedule(), new OneCycleSchedule(),
            new PolynomialDecay()];

    // An epoch takes a second, so 30 seconds are 30 epochs. The rate of the first epoch is that of the plan, and the second is measured by
    // a single one.
    [Theory, MemberData(nameof(SchedulesWithAnEnd))]
    public void Schedules_end_with_the_time(Schedule schedule)
    {
        var options = Options with { LearningRateSchedule = schedule };
        var limited = Train(options, seconds: 30);
        var planned = Train(options with { NumberOfIterations = 30 }, seconds: null);
        Assert.Equal(30, limited.History.Count);
        for (var epoch = 2; epoch < 30; epoch++)
            Assert.Equal(planned.History[epoch].LearningRate, limited.History[epoch].LearningRate, 0.1 * 0.2);
        Assert.Empty(limited.Warnings);
    }

    [Fact]
    public void A_network_learns_as_much_in_the_time_as_by_a_plan_of_so_many_epochs()
    {
        var options = Options with { LearningRateSchedule = new CosineLogarithmicSchedule() };
        double few = Problems.MeanLoss(Train(options with { NumberOfIterations = 30 }, seconds: null).Network, Problems.Surface(200, 9)),
            limited = Problems.MeanLoss(Train(options, seconds: 30).Network, Problems.Surface(200, 9));
        Assert.InRange(limited, 0, 1.5 * few);
        Assert.InRange(few, 0, 0.5); // of targets with a variance of 5
    }

    [Theory, MemberData(nameof(SchedulesWithAnEnd))]
    public void A_limit_that_is_long_enough_changes_no_bit(Schedule schedule)
    {
        var options = Options with { LearningRateSchedule = schedule, DropoutSchedule = schedule, NumberOfIterations = 12 };
        TestNumbers.AssertSameBits(Train(options, seconds: null).Network.Parameters, Train(options, seconds: 13).Network.Parameters);
    }

    // A step, which is an epoch here, takes a second. The first one is not measured.
    [Fact]
    public void A_plan_of_equal_steps_is_right_as_soon_as_it_is_measured()
    {
        var clock = new ManualClock(step: TimeSpan.Zero);
        var options = Options with { NumberOfIterations = 1000, MaximumTrainingTime = TimeSpan.FromSeconds(30), Clock = clock };
        var stop = new StopCondition(options, checkAlive: null);
        stop.StartClock();
        var plan = new TimePlan(options, stop, stepsPerEpoch: 1, examples: 10);
        for (var step = 0; step < 30; step++)
        {
            var total = plan.At(step).TotalSteps;
            Assert.Equal(total, plan.MomentOf(step).TotalSteps);
            if (step > 1) Assert.InRange(total, 29, 31);
            clock.Advance(1);
        }

        var resumed = new TimePlan(options, stop, stepsPerEpoch: 1, examples: 10);
        resumed.Resume(steps: 12, shortenedSteps: 30);
        Assert.Equal((11L, 30L), (resumed.Last.Step, resumed.ShortenedSteps));
        // 12 steps were made in 30 seconds, so 12 more fit into 30 more.
        var longer = new StopCondition(options with { MaximumTrainingTime = TimeSpan.FromSeconds(60) }, checkAlive: null);
        longer.StartClock();
        longer.AddEarlierTime(TimeSpan.FromSeconds(30));
        var extended = new TimePlan(options, longer, stepsPerEpoch: 1, examples: 10);
        extended.Resume(steps: 12, shortenedSteps: 20);
        Assert.Equal(24, extended.At(12).TotalSteps);
        resumed.Resume(steps: 1000, shortenedSteps: null);
        Assert.False(resumed.IsShortened);
    }

    // Neither knows of an end, so there is nothing to follow.
    [Fact]
    public void Schedules_that_count_epochs_or_watch_the_loss_stay_as_they_are()
    {
        foreach (
            var schedule in (Schedule[])[
                new StepDecay { EpochsPerStep = 3 }, new MultiStepDecay { Milestones = [4, 8] }, new ExponentialDecay(),
                new ReduceOnPlateau { Patience = 2 }, new ConstantSchedule()])
        {
            var limited = Train(Options with { LearningRateSchedule = schedule }, seconds: 12);
            var planned = Train(Options with { LearningRateSchedule = schedule, NumberOfIterations = 12 }, seconds: null);
            Assert.Equal(planned.History.Select(report => report.LearningRate), limited.History.Select(report => report.LearningRate));
            TestNumbers.AssertSameBits(planned.Network.Parameters, limited.Network.Parameters);
            Assert.Empty(limited.Warnings);
        }
    }

    [Fact]
    public void Momentum_dropout_and_weight_decay_follow_too()
    {
        Schedule cosine = new CosineDecay(), flat = new FlatCosineSchedule();
        var clock = new ManualClock();
        var options = Options with { MaximumTrainingTime = TimeSpan.FromSeconds(30), Clock = clock };
        var stop = new StopCondition(options, checkAlive: null);
        stop.StartClock();
        var plan = new TimePlan(options, stop, stepsPerEpoch: 10, examples: 100);
        for (var step = 0L; step < 300; step++)
        {
            var moment = plan.At(step);
            clock.Advance(0.1);
            if (step < 40) continue;
            Assert.Equal(step / 300.0, moment.Progress, 0.01);
            Assert.Equal(cosine.FactorAt(new TrainingMoment(step, 10, 30, 100)), cosine.FactorAt(moment), 0.02);
            Assert.Equal(flat.FactorAt(new TrainingMoment(step, 10, 30, 100)), flat.FactorAt(moment), 0.02);
        }
        Assert.True(plan.IsShortened);
    }

    // Ten epochs of one second, then one that takes forever: no plan could know.
    [Fact]
    public void Time_that_ends_by_surprise_is_a_warning_with_numbers()
    {
        var clock = new ManualClock();
        var options = Options with
        {
            LearningRateSchedule = new CosineDecay { WarmUpShare = 0.5 },
            MaximumTrainingTime = TimeSpan.FromSeconds(1000),
            Clock = clock
        };
        var result = Train(options, report => clock.Advance(report.Epoch == 10 ? 10_000 : 1));
        var warning = Assert.Single(result.Warnings);
        Assert.Contains("MaximumTrainingTime (00:16:40) ended training after 10 of 100,000 epochs", warning, StringComparison.Ordinal);
        Assert.Contains("LearningRateSchedule", warning, StringComparison.Ordinal);
        Assert.Contains("of 0.2", warning, StringComparison.Ordinal);
        Assert.Contains("Set NumberOfIterations to about 10", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_is_said_where_it_is_no_reason_for_a_warning()
    {
        var clock = new ManualClock();
        var notes = new List<string>();
        var options = Options with
        {
            LearningRateSchedule = new CosineDecay(),
            MaximumTrainingTime = TimeSpan.FromSeconds(30),
            Clock = clock
        };
        var stop = new StopCondition(options, null, new RunReports(note: notes.Add));
        new Trainer(options).Train(
            Problems.TwoToOne(5), Problems.Surface(100, 1), null, null, new Heard<EpochReport>(_ => clock.Advance(1)), stop);
        Assert.Equal(["MaximumTrainingTime (00:00:30) ended training after 30 of 100,000 epochs. Schedules ended with the time."], notes);
    }

    // The metric takes two seconds, and an epoch one.
    [Fact]
    public void The_last_validation_check_is_part_of_the_time()
    {
        var clock = new ManualClock();
        var options = Options with
        {
            MaximumTrainingTime = TimeSpan.FromSeconds(20),
            Clock = clock,
            EarlyStopping = new EarlyStopping { Metric = new Slow(clock), Patience = 1000, Interval = 3 }
        };
        var result = new Trainer(options).Train(
            Problems.TwoToOne(5), Problems.Surface(100, 1), Problems.Surface(20, 2), checkAlive: () => clock.Advance(0.1));
        Assert.NotNull(result.History[^1].ValidationMetric);
        Assert.InRange(clock.Now.TotalSeconds, 17, 20.2);
    }

    [Fact]
    public void Time_that_is_up_before_the_first_minibatch_is_an_error_and_afterwards_not()
    {
        var clock = new ManualClock();
        var options = Options with { MaximumTrainingTime = TimeSpan.FromSeconds(1), Clock = clock };
        var phases = new List<TrainingPhase>();
        var reports = new RunReports(new Heard<TrainingPhaseReport>(report =>
        {
            phases.Add(report.Phase);
            if (report.Phase == TrainingPhase.Initializing) clock.Advance(2);
        }));
        var problem = Assert.Throws<TimeoutException>(
            () =>
                new Trainer(options).Train(
                    Problems.TwoToOne(5), Problems.Surface(100, 1), null, null, null, new StopCondition(options, null, reports)));
        Assert.Contains("MaximumTrainingTime (00:00:01)", problem.Message, StringComparison.Ordinal);
        Assert.Contains(TrainingPhase.Initializing, phases);

        var calls = 0;
        var result = new Trainer(options with { Clock = clock }).Train(
            Problems.TwoToOne(5), Problems.Surface(100, 1), checkAlive: () => clock.Advance(++calls == 2 ? 5 : 0));
        Assert.Equal(2 + 10, calls); // two minibatches, and the loss after the last update
        Assert.Single(result.History);
    }

    [Fact]
    public void Reading_a_stream_is_not_counted()
    {
        var clock = new ManualClock();
        var calls = 0;
        var options = Options with { NumberOfIterations = 2, MaximumTrainingTime = TimeSpan.FromSeconds(1), Clock = clock };
        var result = new Trainer(options).Train(
            Problems.TwoToOne(5), new StreamTests.Source(Problems.Surface(100, 1)),
            checkAlive: () => clock.Advance(++calls <= 100 ? 1 : 0));
        Assert.Equal(2, result.History.Count);
    }

    [Fact]
    public void A_range_test_ends_by_an_exception_because_half_a_curve_would_mislead()
    {
        var clock = new ManualClock();
        using var source = new CancellationTokenSource();
        var limited = Options with { MaximumTrainingTime = TimeSpan.FromSeconds(5), Clock = clock };
        Assert.Throws<TimeoutException>(
            () =>
                new Trainer(limited).FindLearningRate(
                    Problems.TwoToOne(5), Problems.Surface(100, 1), checkAlive: () => clock.Advance(0.1)));

        var calls = 0;
        var cancelled = Options with { CancellationToken = source.Token };
        void CheckAlive()
        {
            if (++calls == 30) source.Cancel();
        }
        Assert.Throws<OperationCanceledException>(
            () => new Trainer(cancelled).FindLearningRate(Problems.TwoToOne(5), Problems.Surface(100, 1), checkAlive: CheckAlive));
        Assert.Equal(30, calls);
    }

    // The first run stops early, by a schedule that the time made shorter; the second must go the same way.
    [Fact]
    public void A_refit_goes_by_the_schedule_that_the_time_made_shorter()
    {
        var clock = new ManualClock();
        var options = Options with
        {
            LearningRate = 0.02,
            LearningRateSchedule = new CosineDecay(),
            Shuffle = false,
            MaximumTrainingTime = TimeSpan.FromSeconds(30),
            Clock = clock,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited, RefitOnAllRows = true, Target = 0.5 },
        };
        var rates = new List<double>();
        var training = Problems.Surface(100, 1);
        var result = new Trainer(options with { WeightAveraging = new Recording(rates) }).Train(
            Problems.TwoToOne(5), training, Problems.Surface(20, 2), progress: new Heard<EpochReport>(_ => clock.Advance(1)));
        var steps = result.History.Count * 10;
        Assert.InRange(result.History.Count, 2, 25);
        Assert.Equal(2 * steps, rates.Count);
        Assert.InRange(rates[^1], 0.5 * rates[steps - 1], 1.5 * rates[steps - 1]);
        Assert.InRange(rates[^1], 0.01, 1);
    }

    private static TrainingResult Train(TrainingOptions options, double? seconds)
    {
        var clock = new ManualClock();
        if (seconds is { } limit) options = options with { MaximumTrainingTime = TimeSpan.FromSeconds(limit), Clock = clock };
        return Train(options, _ => clock.Advance(1));
    }

    private static TrainingResult Train(TrainingOptions options, Action<EpochReport> progress) =>
        new Trainer(options).Train(Problems.TwoToOne(5), Problems.Surface(100, 1), progress: new Heard<EpochReport>(progress));

    // Records how much of training is done at every step, and averages nothing.
    private sealed record Recording(List<double> Shares) : WeightAveraging
    {
        public override double ShareAt(TrainingMoment moment)
        {
            Shares.Add(moment.Progress);
            return 1;
        }
    }

    private sealed record Slow(ManualClock Clock) : Metric
    {
        public override bool HigherIsBetter => false;

        public override bool Suits(TargetKind kind) => true;

        public override double Measure(
            ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<float> weights)
        {
            Clock.Advance(2);
            return new RootMeanSquaredError().Measure(scores, predictions, targets, weights);
        }
    }
}
