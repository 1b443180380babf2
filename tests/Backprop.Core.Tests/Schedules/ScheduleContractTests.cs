using System.Reflection;
using Backprop.Core.Tests.Training;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Schedules;

public class ScheduleContractTests
{
    public static TheoryData<Schedule> All => [.. Schedule.All];

    public static TheoryData<string, string> Options()
    {
        var cases = new TheoryData<string, string>();
        foreach (var type in Schedule.All.Select(schedule => schedule.GetType()))
            foreach (
                var option in type.GetProperties().Where(
                    property => property.SetMethod is not null && property.PropertyType != typeof(bool)))
                cases.Add(type.Name, option.Name);
        return cases;
    }

    [Fact]
    public void Every_schedule_in_the_assembly_is_listed() => Choices.AssertListed<Schedule>(Schedule.All);

    [Theory, MemberData(nameof(All))]
    public void A_factor_is_finite_from_0_to_1_and_the_same_when_it_is_asked_for_again(Schedule schedule)
    {
        foreach (var (steps, epochs) in new[] { (1, 1), (1, 200), (7, 3), (1000, 20) })
        {
            var state = schedule.Start();
            for (long step = 0; step < (long)steps * epochs; step++)
            {
                var moment = new TrainingMoment(step, steps, epochs, 10 * steps);
                var factor = state.FactorAt(moment);
                Assert.InRange(factor, 0, 1);
                Assert.Equal(factor, state.FactorAt(moment));
            }
        }
    }

    // Where the factor stops falling and rises again, a cycle ends.
    [Theory, MemberData(nameof(All))]
    public void The_cycles_before_a_moment_are_the_minima_of_the_factor_that_were_passed(Schedule schedule)
    {
        const int Steps = 20, Epochs = 300;
        TrainingMoment At(long step) => new(step, Steps, Epochs, 10 * Steps);
        if (!schedule.FollowsPlan || schedule is OneCycleMomentum)
        {
            Assert.Equal(0, schedule.CyclesBefore(At(Steps * Epochs - 1)));
            return;
        }
        var factors = Enumerable.Range(0, Steps * Epochs).Select(step => schedule.FactorAt(At(step))).ToArray();
        int[] minima = [
            .. Enumerable.Range(1, factors.Length - 2)
                .Where(step => factors[step] <= factors[step - 1] && factors[step] < factors[step + 1] - 1e-12)];
        // A minimum may be the last step of a cycle, or the first of the next one.
        foreach (var step in Enumerable.Range(0, factors.Length).Where(step => !minima.Any(minimum => Math.Abs(step - minimum) <= 1)))
            Assert.Equal(minima.Count(minimum => minimum < step), schedule.CyclesBefore(At(step)));
        var cycles = schedule switch
        {
            CosineLogarithmicSchedule => 3,
            CosineRestarts => 4, // of 10, 20, 40, 80 and 160 epochs
            CyclicSchedule => 37, // of 8 epochs
            _ => 0,
        };
        Assert.Equal(cycles, minima.Length);
    }

    // It is asked before every step of training.
    [Theory, MemberData(nameof(All))]
    public void Asking_for_a_factor_allocates_nothing(Schedule schedule)
    {
        var state = schedule.Start();
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 1000; step++) state.FactorAt(new TrainingMoment(step, 10, 100, 100));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    // Gaussian log-likelihoods are negative where the variance is small.
    [Fact]
    public void A_plateau_is_seen_at_negative_losses_too()
    {
        var state = new ReduceOnPlateau { Patience = 1, Factor = 0.5, MinimumImprovement = 0.1 }.Start();
        List<double> factors = [];
        foreach (var loss in (double[])[-1, -1, -1.05, -2, -2.1, -2.3])
        {
            state.Observe(loss);
            factors.Add(state.FactorAt(default));
        }
        Assert.Equal([1, 1, 0.5, 0.5, 0.5, 0.5], factors);
    }

    [Theory, MemberData(nameof(Options))]
    public void An_option_out_of_range_is_refused_by_its_name(string schedule, string option)
    {
        var type = Schedule.All.Single(s => s.GetType().Name == schedule).GetType();
        var property = type.GetProperty(option)!;
        object wrong = property.PropertyType == typeof(double) ? -0.1 : property.PropertyType == typeof(int) ? -1 : new[] { 3, 2 };
        var problem = Assert.Throws<TargetInvocationException>(() => property.SetValue(Activator.CreateInstance(type), wrong));
        Assert.Equal(option, Assert.IsType<ArgumentOutOfRangeException>(problem.InnerException).ParamName);
    }

    // Numbers of the formulas of fastai and of RealMLP, worked out by hand.
    [Fact]
    public void Plans_that_PyTorch_lacks_have_the_values_of_their_formulas()
    {
        double At(Schedule schedule, int percent) => schedule.FactorAt(new TrainingMoment(percent, 1, 100, 1));

        Assert.Equal(
            [1, 1, 0.5, 0],
            [
                At(new FlatCosineSchedule(), 0), At(new FlatCosineSchedule(), 50), At(new FlatCosineSchedule(), 75),
                At(new FlatCosineSchedule(), 100)],
            (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(
            [1, 0.5], [At(new FlatCosineSchedule { FlatShare = 0.2 }, 20), At(new FlatCosineSchedule { FlatShare = 0.2 }, 60)],
            (a, b) => Math.Abs(a - b) < 1e-12);

        // Cycles of coslog₄ end where 1 + 15·t is a power of two, and are highest at √2 times that.
        var coslog = new CosineLogarithmicSchedule();
        foreach (
            var (t, expected) in new[]
            {
                (0.0, 0.0), (1 / 15.0, 0), (3 / 15.0, 0), (7 / 15.0, 0), ((Math.Sqrt(2) - 1) / 15, 1), ((8 * Math.Sqrt(2) - 1) / 15, 1)
            })
            Assert.Equal(expected, coslog.FactorAt(new TrainingMoment((long)Math.Round(t * 1e9), 1_000_000, 1000, 1)), 1e-9);

        Assert.Equal(1 / 1.5, new InverseTimeDecay { Decay = 0.1 }.FactorAt(new TrainingMoment(50, 10, 10, 1)), 1e-12);
        Assert.Equal(
            [0.25, 0.5, 1, 1],
            new[] { 0, 1, 3, 4 }.Select(step => new CosineDecay { WarmUpShare = 0.04 }.FactorAt(new TrainingMoment(step, 100, 1, 1))));
    }

    [Fact]
    public void Training_takes_steps_of_the_scheduled_size_and_reports_the_last()
    {
        var options = Problems.GradientDescent with
        {
            LearningRate = 0.05,
            LearningRateSchedule = new ExponentialDecay { Factor = 0.5 },
            NumberOfIterations = 4
        };
        var history = new Trainer(options).Train(Problems.TwoToOne(5), Problems.Surface(23, seed: 1)).History;
        Assert.Equal([0.05, 0.025, 0.0125, 0.00625], history.Select(epoch => epoch.LearningRate), (a, b) => Math.Abs(a - b) < 1e-15);

        var constant = new Trainer(options with { LearningRateSchedule = new ConstantSchedule() })
            .Train(Problems.TwoToOne(5), Problems.Surface(23, seed: 1)).History;
        Assert.Equal(constant[1].TrainingLoss, history[1].TrainingLoss); // the first step has the whole rate
        Assert.NotEqual(constant[2].TrainingLoss, history[2].TrainingLoss);
    }

    [Fact]
    public void A_plateau_of_the_validation_loss_lowers_the_rate()
    {
        var options = Problems.GradientDescent with
        {
            LearningRate = 1e-30, // nothing moves, so nothing improves
            LearningRateSchedule = new ReduceOnPlateau { Patience = 2, Factor = 0.5 },
            NumberOfIterations = 9,
            EarlyStopping = null,
        };
        var set = Problems.Surface(23, seed: 1);
        var history = new Trainer(options).Train(Problems.TwoToOne(5), set, validation: set).History;
        Assert.Equal(
            [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25], history.Select(epoch => epoch.LearningRate / 1e-30), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    // With 1, no loss above 0 could ever be an improvement.
    [Fact]
    public void A_plateau_cannot_ask_for_an_improvement_by_all_there_is() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(ReduceOnPlateau.MinimumImprovement), () => new ReduceOnPlateau { MinimumImprovement = 1 });

    [Fact]
    public void Milestones_are_compared_one_by_one()
    {
        Assert.Equal(new MultiStepDecay { Milestones = [3, 5] }, new MultiStepDecay { Milestones = [3, 5] });
        Assert.Equal(new MultiStepDecay { Milestones = [3, 5] }.GetHashCode(), new MultiStepDecay { Milestones = [3, 5] }.GetHashCode());
        Assert.NotEqual(new MultiStepDecay { Milestones = [3, 5] }, new MultiStepDecay { Milestones = [3, 6] });
        Assert.NotEqual(new MultiStepDecay { Milestones = [3, 5] }, new MultiStepDecay { Milestones = [3, 5], Factor = 0.5 });
    }
}
