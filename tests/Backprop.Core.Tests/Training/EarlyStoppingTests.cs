using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The slope goes from 0 towards 2 while validation asks for 1: its loss falls, and then rises.</summary>
public class EarlyStoppingTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with { NumberOfIterations = 200, LearningRate = 0.01 };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Training_stops_when_patience_runs_out_and_the_best_parameters_come_back(int patience)
    {
        var result = Train(new EarlyStopping { Patience = patience });
        var best = result.History.MinBy(report => report.ValidationLoss)!;
        Assert.Equal(best.Epoch, result.BestEpoch);
        Assert.Equal(best.Epoch + patience, result.History.Count);
        Assert.Equal(best.ValidationLoss!.Value, Problems.MeanLoss(result.Network, Problems.Line(1)), 1e-12);
        Assert.Equal(1, result.Network.Parameters[0], 0.02f);
        Assert.InRange(result.BestEpoch, 10, 100); // half way: 2·(1 − 0.98ⁿ) = 1 at n = 34
    }

    // Batches of 10 rows: 4 steps an epoch of 40 rows, 6 of all 60.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refit_is_training_on_all_rows_for_the_steps_of_the_best_epoch(bool hasWeights)
    {
        float[]? weights = hasWeights ? [.. Enumerable.Range(1, 40).Select(i => i / 20f)] : null;
        var (training, validation) = (Problems.Surface(40, seed: 1, weights), Problems.Surface(20, seed: 2));
        var options = Problems.GradientDescent with
        {
            BatchSize = 10,
            Shuffle = false,
            NumberOfIterations = 6,
            EarlyStopping = new EarlyStopping { RefitOnAllRows = true, Patience = 100 }
        };
        var refitted = new Trainer(options).Train(Problems.TwoToOne(5), training, validation);
        Assert.Equal(6, refitted.BestEpoch); // the loss still falls
        Assert.Equal(6, refitted.History.Count);

        var all = new ExampleSet(
            [.. training.Features.Values, .. validation.Features.Values], 2, [.. training.Targets.Values, .. validation.Targets.Values],
            weights: hasWeights ? [.. weights!, .. Enumerable.Repeat(1f, 20)] : null);
        // 4 · 6 = 6 · 4 steps
        var byHand = new Trainer(options with { NumberOfIterations = 4, EarlyStopping = null }).Train(Problems.TwoToOne(5), all);
        TestNumbers.AssertSameBits(byHand.Network.Parameters, refitted.Network.Parameters);
    }

    [Fact]
    public void The_best_parameters_come_back_when_the_iterations_run_out_first()
    {
        var result = Train(new EarlyStopping { Patience = 1000 });
        Assert.Equal(200, result.History.Count);
        Assert.Equal(result.History.MinBy(report => report.ValidationLoss)!.Epoch, result.BestEpoch);
        Assert.Equal(1, result.Network.Parameters[0], 0.02f);
    }

    [Fact]
    public void Improvements_below_the_minimum_do_not_count()
    {
        // The first pass counts as the best so far, and nothing can improve on it by a thousand.
        var result = Train(new EarlyStopping { Patience = 5, MinimumImprovement = 1000 });
        Assert.Equal(1, result.BestEpoch);
        Assert.Equal(6, result.History.Count);
    }

    [Fact]
    public void Improvements_are_measured_from_the_best_pass_that_counted()
    {
        // Single passes improve by less than 0.05, several together by more: patience of 10 must not run out early.
        var result = Train(new EarlyStopping { Patience = 10, MinimumImprovement = 0.05 });
        Assert.Equal(1, result.Network.Parameters[0], 0.35f);
        Assert.InRange(result.BestEpoch, 15, 33);
        Assert.Equal(result.BestEpoch + 10, result.History.Count);
    }

    [Fact]
    public void Without_early_stopping_the_last_parameters_stay()
    {
        var result = Train(null);
        Assert.Equal((200, 200), (result.History.Count, result.BestEpoch));
        Assert.Equal(2, result.Network.Parameters[0], 0.05f);
    }

    [Fact]
    public void Without_validation_data_early_stopping_is_ignored()
    {
        var result = new Trainer(Options with { EarlyStopping = new EarlyStopping { Patience = 1 } })
            .Train(Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero());
        Assert.Equal((200, 200), (result.History.Count, result.BestEpoch));
        Assert.All(result.History, report => Assert.Null(report.ValidationLoss));
    }

    [Theory]
    [InlineData(7, 29)] // 7, 14, …, 196, and the last
    [InlineData(200, 1)]
    [InlineData(1000, 1)]
    public void Validation_data_is_looked_at_every_so_often_and_after_the_last_pass(int interval, int looks)
    {
        var everyPass = Train(new EarlyStopping { Patience = EarlyStopping.Unlimited });
        var result = Train(new EarlyStopping { Patience = EarlyStopping.Unlimited, Interval = interval });
        var looked = result.History.Where(report => report.ValidationLoss is not null).ToArray();
        Assert.Equal(looks, looked.Length);
        Assert.All(looked, report => Assert.True(report.Epoch % interval == 0 || report.Epoch == 200));
        Assert.All(looked, report => Assert.Equal(everyPass.History[report.Epoch - 1], report));
        Assert.Equal(looked.MinBy(report => report.ValidationLoss)!.Epoch, result.BestEpoch);
    }

    [Fact]
    public void Patience_is_counted_in_passes_whatever_the_interval()
    {
        var result = Train(new EarlyStopping { Patience = 10, Interval = 4 });
        Assert.Equal(0, result.BestEpoch % 4);
        Assert.Equal(result.BestEpoch + 12, result.History.Count); // the third look after it is the first that is ten passes or more away
    }

    // The loss is below the target for some passes, on its way down and up again.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(50, 1)]
    public void The_target_must_be_met_as_often_in_a_row_as_is_said(int looks, int interval)
    {
        const double target = 0.1;
        var losses = Train(new EarlyStopping { Patience = EarlyStopping.Unlimited }).History.Select(report => report.ValidationLoss!.Value)
            .ToArray();
        var met = Enumerable.Range(1, 200).Where(epoch => epoch % interval == 0 && losses[epoch - 1] <= target).ToArray();
        Assert.InRange(met.Length, 5, 40);
        var result = Train(
            new EarlyStopping { Patience = EarlyStopping.Unlimited, Interval = interval, Target = target, TargetPatience = looks });
        Assert.Equal(looks <= met.Length ? met[looks - 1] : 200, result.History.Count);
    }

    [Fact]
    public void A_schedule_that_watches_the_validation_loss_sees_what_is_looked_at()
    {
        var options = Options with
        {
            LearningRateSchedule = new ReduceOnPlateau { Patience = 2 },
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited, Interval = 5 }
        };
        var rates = new Trainer(options).Train(
            Problems.LineThroughZero().Network, Problems.Line(2), Problems.Line(1), Problems.LineThroughZero()).History;
        int[] drops = [
            .. rates.Zip(rates.Skip(1)).Where(pair => pair.Second.LearningRate < pair.First.LearningRate).Select(pair => pair.First.Epoch)];
        Assert.NotEmpty(drops);
        Assert.All(drops, epoch => Assert.Equal(0, epoch % 5));
    }

    [Fact]
    public void There_is_at_least_one_look_and_one_pass_between_two()
    {
        Assert.Contains("Interval", Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping { Interval = 0 }).Message);
        Assert.Contains(
            "TargetPatience", Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping { TargetPatience = 0 }).Message);
    }

    private static TrainingResult Train(EarlyStopping? rule) => new Trainer(Options with { EarlyStopping = rule })
        .Train(Problems.LineThroughZero().Network, Problems.Line(2), Problems.Line(1), Problems.LineThroughZero());
}
