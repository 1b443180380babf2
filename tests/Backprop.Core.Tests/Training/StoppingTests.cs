using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Other reasons to end training than patience with the validation loss.</summary>
public class StoppingTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with { NumberOfIterations = 200, LearningRate = 0.01 };

    // scikit-learn 1.2.1: MLPRegressor(max_iter=200, learning_rate_init=1e-30, solver='sgd') ends after n_iter_ = 12 with its defaults.
    [Fact]
    public void A_training_loss_that_stands_still_ends_training_after_one_pass_more_than_patience()
    {
        var still = Options with { LearningRate = 1e-30, LossTolerance = new LossTolerance() };
        Assert.Equal(
            12,
            new Trainer(still).Train(
                Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero()).History.Count);
        Assert.Equal(
            5,
            new Trainer(still with { LossTolerance = new LossTolerance { Patience = 3 } })
                .Train(Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero()).History.Count);
    }

    [Fact]
    public void A_training_loss_that_falls_slower_than_the_tolerance_is_idle_and_keeps_the_last_parameters()
    {
        var free = new Trainer(Options).Train(
            Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero()).History;
        var idle = Enumerable.Range(1, free.Count - 1).First(i => free[i].TrainingLoss > free[i - 1].TrainingLoss - 0.01);
        var result = new Trainer(Options with { LossTolerance = new LossTolerance { MinimumImprovement = 0.01, Patience = 2 } })
            .Train(Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero());
        Assert.Equal(idle + 3, result.History.Count); // idle counts from 0; two idle passes are borne
        Assert.Equal(result.History.Count, result.BestEpoch);
    }

    [Fact]
    public void Time_that_is_up_during_the_first_minibatch_ends_training_after_it()
    {
        var options = Options with { MaximumTrainingTime = TimeSpan.FromSeconds(1), NumberOfIterations = int.MaxValue, BatchSize = 1 };
        var result = Train(options);
        var report = Assert.Single(result.History);
        Assert.True(double.IsFinite(report.TrainingLoss));
        Assert.NotEqual(Train(options with { LearningRate = 1e-30 }).Network.Parameters.ToArray(), result.Network.Parameters.ToArray());

        static TrainingResult Train(TrainingOptions options)
        {
            // The third reading is the first after a step.
            var clock = new ManualClock(TimeSpan.FromSeconds(0.4));
            return new Trainer(options with { Clock = clock }).Train(
                Problems.LineThroughZero().Network, Problems.Line(2), initial: Problems.LineThroughZero());
        }
    }

    // The slope goes from 0 towards 2 while validation asks for 1: its loss falls to 0, and then rises without end.
    [Fact]
    public void A_validation_loss_too_far_above_the_best_ends_training_before_patience_does()
    {
        var options = Options with { EarlyStopping = new EarlyStopping { Patience = 150, MaximumGeneralizationLoss = 50 } };
        var result = new Trainer(options).Train(
            Problems.LineThroughZero().Network, Problems.Line(2), Problems.Line(1), Problems.LineThroughZero());
        var losses = result.History.Select(report => report.ValidationLoss!.Value).ToArray();
        Assert.True(losses[^1] > 1.5 * losses.Min());
        Assert.All(losses[..^1].Select((loss, i) => loss / losses[..(i + 1)].Min()), ratio => Assert.InRange(ratio, 1, 1.5));
        Assert.Equal(Array.IndexOf(losses, losses.Min()) + 1, result.BestEpoch);
    }

    // Cycle and validation loss of each check.
    [Theory]
    [InlineData(0.0, new[] { 0, 5.0, 0, 4, 1, 4.5, 1, 4.1, 2, 3.0 }, 2)] // the second cycle has no loss below 4
    [InlineData(0.0, new[] { 0, 5.0, 1, 4.9, 2, 4.8, 3, 4.7 }, null)]
    [InlineData(0.1, new[] { 0, 5.0, 1, 4.4, 2, 4.0, 3, 3.7 }, 3)] // 4.0 is less than a tenth below 4.4
    [InlineData(0.1, new[] { 0, -1.0, 1, -1.2, 2, -1.25, 3, -9 }, 3)]
    [InlineData(0.0, new[] { 1, 5.0, 1, 6, 1, 7 }, null)]
    public void A_cycle_that_gains_too_little_ends_training_at_the_first_check_of_the_next(double gain, double[] checks, int? endOfCycle)
    {
        Assert.Equal(endOfCycle, EndOf(trainingLoss: -10));
        Assert.Null(EndOf(trainingLoss: 10)); // no overfitting
        Assert.Null(EndOf(trainingLoss: -10, lossOfNothingLearned: -5));

        int? EndOf(double trainingLoss, double lossOfNothingLearned = 100)
        {
            var watch = new EarlyStopping { MinimumGainOfCycle = gain }.StartCycles(() => lossOfNothingLearned)!;
            for (var i = 0; i < checks.Length; i += 2)
                if (watch.Observe((int)checks[i], checks[i + 1], trainingLoss)) return (int)checks[i];
            return null;
        }
    }

    // A line under noise: every cycle after the first overfits. A smooth function needs all cycles. Of pure noise nothing is learned, so a
    // rule might still be found.
    [Theory]
    [InlineData("line under noise", 13, 30)] // the second cycle ends after epoch 12, the third after 28
    [InlineData("pure noise", 60, 60)]
    [InlineData("function", 60, 60)]
    public void Noise_ends_training_after_a_cycle_and_a_function_does_not(string target, int min, int max)
    {
        ExampleSet Draw(int rows, int seed)
        {
            if (target == "function") return Problems.Surface(rows, seed);
            Real[] x = TestNumbers.Normal(2 * rows, seed), y = TestNumbers.Normal(rows, seed + 50);
            if (target != "pure noise")
                for (var row = 0; row < rows; row++) y[row] += x[2 * row];
            return new ExampleSet(x, 2, y);
        }
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            LearningRate = 0.05,
            LearningRateSchedule = new CosineLogarithmicSchedule(),
            NumberOfIterations = 60,
            BatchSize = 10,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited, MinimumGainOfCycle = 0.05 },
            Seed = 1,
        };
        var result = new Trainer(options).Train(Problems.TwoToOne(32, 32), Draw(30, 1), Draw(1000, 2));
        Assert.InRange(result.History.Count, min, max);
    }

    [Fact]
    public void Without_cycles_the_gain_of_a_cycle_has_no_effect()
    {
        var options = Options with
        {
            NumberOfIterations = 30,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited, MinimumGainOfCycle = 0.5 },
        };
        var line = Problems.Line(1);
        Assert.Equal(30, new Trainer(options).Train(Problems.LineThroughZero().Network, line, line).History.Count);
    }

    [Fact]
    public void Of_equally_good_epochs_the_first_is_kept_or_the_last()
    {
        var still = Options with { LearningRate = 1e-30, NumberOfIterations = 7 };
        var line = Problems.Line(1);
        Assert.Equal(1, new Trainer(still).Train(Problems.LineThroughZero().Network, line, line, Problems.LineThroughZero()).BestEpoch);
        Assert.Equal(
            7,
            new Trainer(still with { EarlyStopping = new EarlyStopping { KeepLastBest = true } })
                .Train(Problems.LineThroughZero().Network, line, line, Problems.LineThroughZero()).BestEpoch);
    }

    [Theory]
    [InlineData(false, new[] { 3.0, 2, 2, 5, 2, 4 }, 2)]
    [InlineData(true, new[] { 3.0, 2, 2, 5, 2, 4 }, 5)]
    [InlineData(true, new[] { 2.0, 3, 4, 5 }, 1)]
    public void Patience_that_is_unlimited_never_ends_and_the_first_or_the_last_best_comes_back(bool keepLast, double[] losses, int best)
    {
        foreach (var sign in (int[])[1, -1]) // a loss, and a metric of which more is better
        {
            var rule = new EarlyStopping
            {
                Patience = EarlyStopping.Unlimited,
                KeepLastBest = keepLast,
                Metric = sign < 0 ? new Accuracy() : null
            }.Start(parameterCount: 1);
            Assert.All(losses.Select((loss, i) => rule.Observe(i + 1, sign * loss, [i + 1])), ends => Assert.False(ends));
            var parameters = new float[1];
            Assert.Equal(best, rule.Restore(parameters));
            Assert.Equal(best, parameters[0]);
        }
    }

    // Of 30 validation rows, the share that is right takes few values, and the largest comes back again and again.
    [Theory, InlineData(1), InlineData(3)]
    public void By_accuracy_the_last_of_many_equally_good_epochs_is_kept(int classes)
    {
        var random = new RandomSequence(2, RandomPurpose.Examples);
        ExampleSet Draw(int rows)
        {
            var x = new float[2 * rows];
            var y = new float[rows];
            for (var i = 0; i < rows; i++)
            {
                (x[2 * i], x[2 * i + 1]) = ((float)random.NextNormal(), (float)random.NextNormal());
                y[i] = Math.Clamp(MathF.Round(x[2 * i] + 1 + (float)random.NextNormal() / 2), 0, Math.Max(1, classes - 1));
            }
            return new ExampleSet(x, 2, y);
        }
        var options = new TrainingOptions
        {
            Loss = classes == 1 ? new LogisticLoss() : new SoftmaxCrossEntropy(),
            NumberOfIterations = 40,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited, KeepLastBest = true, Metric = new Accuracy() }
        };
        var result = new Trainer(options).Train(Network.FullyConnected(2, [5], classes, new Tanh()), Draw(200), Draw(30));
        double[] shares = [.. result.History.Select(report => report.ValidationMetric!.Value)];
        Assert.Equal(40, shares.Length);
        Assert.True(shares.Count(share => share == shares.Max()) > 1);
        Assert.Equal(Array.LastIndexOf(shares, shares.Max()) + 1, result.BestEpoch);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>("MinimumImprovement", () => new LossTolerance { MinimumImprovement = -1 });
        Assert.Throws<ArgumentOutOfRangeException>("Patience", () => new LossTolerance { Patience = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("MinimumGainOfCycle", () => new EarlyStopping { MinimumGainOfCycle = 1 });
        Assert.Throws<ArgumentOutOfRangeException>("MaximumGeneralizationLoss", () => new EarlyStopping { MaximumGeneralizationLoss = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(
            "MaximumTrainingTime", () => Options with { MaximumTrainingTime = TimeSpan.FromSeconds(-1) });
    }
}
