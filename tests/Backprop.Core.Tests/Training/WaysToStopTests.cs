using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>However training ends, the model is of the same kind: the best parameters, with temperature and threshold.</summary>
public sealed class WaysToStopTests : IDisposable
{
    // 200 rows: 10 minibatches of an epoch, and 15 of a validation check.
    private const int Batch = 20, StepsOfEpoch = 10 + 15;

    private static readonly ExampleSet Training = Noisy(200, seed: 1), Validation = Noisy(300, seed: 2);

    private static readonly TrainingOptions Options = new()
    {
        Loss = new LogisticLoss { LabelSmoothing = 0.3 },
        NumberOfIterations = 12,
        BatchSize = Batch,
        EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited },
        TemperatureScaling = true,
        ThresholdMetric = new F1Score(),
    };

    private readonly CancellationTokenSource _source = new();

    [Theory, InlineData(6), InlineData(9)]
    public void A_token_gives_the_model_of_the_last_check(int epochs)
    {
        var calls = 0;
        var result = Train(Options with { CancellationToken = _source.Token }, checkAlive: () =>
        {
            if (++calls == epochs * StepsOfEpoch + 4) _source.Cancel(); // in the middle of the next epoch
        });
        Assert.Equal(epochs + 1, result.History.Count);
        AssertSameModel(Train(Options with { NumberOfIterations = epochs }), result);
        AssertIsCalibrated(result);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void A_token_gives_it_without_early_stopping_too()
    {
        var options = Options with { EarlyStopping = null };
        var result = Train(options with { CancellationToken = _source.Token }, progress: report =>
        {
            if (report.Epoch == 6) _source.Cancel();
        });
        AssertSameModel(Train(options with { NumberOfIterations = 6 }), result);
        AssertIsCalibrated(result);
    }

    [Fact]
    public void A_time_limit_gives_the_same_model()
    {
        var clock = new ManualClock();
        var result = Train(
            Options with { MaximumTrainingTime = TimeSpan.FromSeconds(6), Clock = clock }, progress: _ => clock.Advance(seconds: 1));
        Assert.Equal(6, result.History.Count);
        AssertSameModel(Train(Options with { NumberOfIterations = 6 }), result);
        AssertIsCalibrated(result);
    }

    [Fact]
    public void A_target_patience_and_a_loss_tolerance_give_the_same_model()
    {
        var losses = Train(Options).History.Select(report => report.ValidationLoss!.Value).ToArray();
        var best = Array.IndexOf(losses, losses.Min());
        foreach (var (options, epochs) in new[]
        {
            (Options with { EarlyStopping = new EarlyStopping { Target = losses[best] } }, best + 1),
            (Options with { NumberOfIterations = 1000, EarlyStopping = new EarlyStopping { Patience = 3 } }, 0),
            (Options with { LossTolerance = new LossTolerance { MinimumImprovement = 100, Patience = 4 } }, 6),
        })
        {
            var result = Train(options);
            if (epochs > 0) Assert.Equal(epochs, result.History.Count);
            Assert.InRange(result.History.Count, 1, 999);
            AssertSameModel(Train(Options with { NumberOfIterations = result.History.Count }), result);
            AssertIsCalibrated(result);
        }
    }

    // Validation runs every 1,000 epochs, and after the last one.
    [Fact]
    public void Whatever_ends_training_the_last_epoch_is_validated()
    {
        var rare = new EarlyStopping { Interval = 1000, Patience = EarlyStopping.Unlimited };
        var clock = new ManualClock();
        var calls = 0;
        var results = new[]
        {
            Train(Options with { EarlyStopping = rare }),
            Train(Options with { EarlyStopping = rare, LossTolerance = new LossTolerance { MinimumImprovement = 100, Patience = 4 } }),
            Train(
                Options with
                {
                    EarlyStopping = rare, Optimizer = new Lbfgs { GradientTolerance = 0.05 }, BatchSize = null, NumberOfIterations = 900
                }),
            Train(
                Options with { EarlyStopping = rare, MaximumTrainingTime = TimeSpan.FromSeconds(3), Clock = clock },
                checkAlive: () => clock.Advance(++calls <= 30 ? 0.1 : 0)),
        };
        foreach (var result in results)
        {
            Assert.NotNull(result.History[^1].ValidationLoss);
            Assert.Equal(result.History.Count, result.BestEpoch);
            AssertIsCalibrated(result);
        }
        Assert.InRange(results[2].History.Count, 1, 899); // L-BFGS was done
    }

    [Fact]
    public void A_token_before_the_first_check_gives_temperature_and_threshold_of_the_parameters_that_there_are()
    {
        var options = Options with
        {
            EarlyStopping = new EarlyStopping { Interval = 5 },
            CancellationToken = _source.Token,
            Clock = new ManualClock()
        };
        var result = Train(options, progress: report =>
        {
            if (report.Epoch == 2) _source.Cancel();
        });
        Assert.Equal(2, result.History.Count);
        AssertIsCalibrated(result);
    }

    // Every look at this clock takes longer than the time there is for an answer.
    [Fact]
    public void What_there_is_no_time_for_is_named_in_a_warning()
    {
        var options = Options with
        {
            EarlyStopping = new EarlyStopping { Interval = 5 },
            CancellationToken = _source.Token,
            Clock = new ManualClock(TimeSpan.FromSeconds(1)),
            PredictionIntervals = new Conformal(),
        };
        var large = Noisy(20_000, seed: 3);
        var result = new Trainer(options).Train(Problems.TwoToOne(64, 64), Training, large, progress: new Heard<EpochReport>(report =>
        {
            if (report.Epoch == 2) _source.Cancel();
        }));
        Assert.Equal((1, null), (result.Network.Temperature, result.Threshold));
        var warning = Assert.Single(result.Warnings);
        Assert.Contains("TemperatureScaling, ThresholdMetric and PredictionIntervals had no effect", warning, StringComparison.Ordinal);
        Assert.Contains("20,000 validation rows", warning, StringComparison.Ordinal);
        AssertAllClassesAreInSets(result.Network);
    }

    [Fact]
    public void Rows_that_are_held_out_for_intervals_are_named_if_there_is_no_time_to_score_them()
    {
        var options = Options with
        {
            TemperatureScaling = false,
            ThresholdMetric = null,
            EarlyStopping = null,
            CancellationToken = _source.Token,
            Clock = new ManualClock(TimeSpan.FromSeconds(1)),
            PredictionIntervals = new Conformal { HeldOutFraction = 0.99 },
        };
        var result = new Trainer(options).Train(
            Problems.TwoToOne(64, 64), Noisy(20_000, seed: 3), progress: new Heard<EpochReport>(_ => _source.Cancel()));
        Assert.Contains("PredictionIntervals had no effect", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Matches(@"19,\d{3} held-out rows", result.Warnings[0]);
        AssertAllClassesAreInSets(result.Network);
    }

    private static void AssertAllClassesAreInSets(TrainedNetwork network)
    {
        var scorer = network.CreateUncertaintyScorer();
        scorer.Predict(Training.Features.RowRange(0, 1));
        Assert.Equal([1, 1], scorer.Ends);
    }

    [Fact]
    public void A_refit_that_training_has_no_time_for_is_named_and_the_first_model_is_kept()
    {
        var options = Options with
        {
            NumberOfIterations = 3,
            EarlyStopping = new EarlyStopping { RefitOnAllRows = true },
            CancellationToken = _source.Token
        };
        var expected = Train(options with { CancellationToken = default, EarlyStopping = new EarlyStopping() });
        foreach (var call in (int[])[3 * StepsOfEpoch + 1, 3 * StepsOfEpoch + 7])
        {
            using var source = new CancellationTokenSource();
            var calls = 0;
            var result = Train(options with { CancellationToken = source.Token }, checkAlive: () =>
            {
                if (++calls == call) source.Cancel();
            });
            AssertSameModel(expected, result);
            Assert.Contains("RefitOnAllRows had no effect", Assert.Single(result.Warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Members_with_folds_of_their_own_are_calibrated_when_stopped()
    {
        var options = Options with { KFoldBagging = true };
        var network = new MultilayerPerceptron { HiddenLayers = [8], EnsembleSize = 3 }.Build(2, 1);
        var result = new Trainer(options with { CancellationToken = _source.Token })
            .Train(network, Training, progress: new Heard<EpochReport>(report =>
        {
            if (report.Epoch == 6) _source.Cancel();
        }));
        AssertSameModel(new Trainer(options with { NumberOfIterations = 6 }).Train(network, Training), result);
    }

    [Fact]
    public void A_stream_is_calibrated_when_stopped()
    {
        var result = new Trainer(Options with { CancellationToken = _source.Token })
            .Train(Problems.TwoToOne(8), new StreamTests.Source(Training), Validation, progress: new Heard<EpochReport>(report =>
        {
            if (report.Epoch == 6) _source.Cancel();
        }));
        AssertSameModel(
            new Trainer(Options with { NumberOfIterations = 6 }).Train(Problems.TwoToOne(8), new StreamTests.Source(Training), Validation),
            result);
        AssertIsCalibrated(result);
    }

    public void Dispose() => _source.Dispose();

    private static TrainingResult Train(TrainingOptions options, Action<EpochReport>? progress = null, Action? checkAlive = null) =>
        new Trainer(options).Train(
            Problems.TwoToOne(8), Training, Validation, progress: progress is null ? null : new Heard<EpochReport>(progress),
            checkAlive: checkAlive);

    private static void AssertSameModel(TrainingResult expected, TrainingResult actual)
    {
        Assert.Equal(expected.BestEpoch, actual.BestEpoch);
        TestNumbers.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters);
        Assert.NotEqual(1, expected.Network.Temperature);
        Assert.Equal(expected.Network.Temperature, actual.Network.Temperature, 1e-5);
        Assert.Equal(expected.Threshold!.Value, actual.Threshold!.Value, 1e-5f);
    }

    // By the scores that the model itself gives: they need no other temperature, and no threshold does better.
    private static void AssertIsCalibrated(TrainingResult result)
    {
        var scores = result.Network.CreateScorer(Validation.Count).Score(Validation.Features);
        Assert.Equal(1, TemperatureChoice.Best(result.Network.Loss, scores, Validation.Targets, []), 1e-4);
        Assert.Equal(ThresholdChoice.Best(new F1Score(), scores, Validation.Targets, []), result.Threshold!.Value, 1e-4f);
    }

    private static ExampleSet Noisy(int rows, int seed)
    {
        var x = TestNumbers.Normal(2 * rows, seed);
        var noise = TestNumbers.Normal(rows, seed + 100);
        return new ExampleSet(x, 2, [.. Enumerable.Range(0, rows).Select(i => 2 * x[2 * i] - x[2 * i + 1] + noise[i] > 1 ? 1f : 0)]);
    }
}
