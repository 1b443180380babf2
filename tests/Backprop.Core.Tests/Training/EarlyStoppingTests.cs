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

    private static TrainingResult Train(EarlyStopping? rule) => new Trainer(Options with { EarlyStopping = rule })
        .Train(Problems.LineThroughZero().Network, Problems.Line(2), Problems.Line(1), Problems.LineThroughZero());
}
