using Backprop.Presets;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The tuner returns what its search found.</summary>
public class TunerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void It_logs_and_returns_every_trial()
    {
        var lines = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.RawMessage.StartsWith("Trial ", StringComparison.Ordinal)) lines.Add(message.RawMessage);
        };
        var result = Tuner(new Search { MaximumTrials = 4 }).Fit(Synthetic.Prepared(_ml, 60));
        Assert.Equal(result.Trials.Count, lines.Count);
        Assert.Contains("the values of the preset", lines[0], StringComparison.Ordinal);
        Assert.Contains("Dropout = ", lines[1], StringComparison.Ordinal);
        Assert.Equal(result.Trials.Min(trial => trial.Loss), result.BestTrial.Loss);

        var csv = result.ToCsv().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + result.Trials.Count, csv.Length);
        Assert.StartsWith("Trial,Epochs,Loss,Cost,Seconds,Copies,Activation,", csv[0], StringComparison.Ordinal);
        Assert.StartsWith("0,8,", csv[1], StringComparison.Ordinal);
    }

    // What a trial changed can be set by hand.
    [Fact]
    public void Options_of_a_trial_train_it_alone()
    {
        var data = Synthetic.Prepared(_ml, 60);
        var result = Tuner(new Search { MaximumTrials = 4, Blends = false }).Fit(data);
        var options = result.OptionsOf(result.BestTrial);
        Assert.Null(options.Search);
        var again = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Equal(result.Transformer.Bits(), again.Bits());
    }

    [Fact]
    public void Options_of_every_trial_are_those_of_a_trainer()
    {
        AssertEach(options => options.LossFunction = new Losses.FocalLoss());
        AssertEach(options => options.MonotoneConstraints = new MonotoneConstraints { Increasing = [nameof(Example.Main)] });

        void AssertEach(Action<BackpropTrainer.Options> change)
        {
            var options = Options();
            change(options);
            var result = new BackpropTuner(_ml, options, new Search { MaximumTrials = 4 }).Fit(Synthetic.Prepared(_ml, 60));
            Assert.All(result.Trials, trial => _ = new BackpropTrainer(_ml, result.OptionsOf(trial)));
        }
    }

    [Fact]
    public void Options_of_a_trial_have_the_seed_and_the_checks_of_the_search()
    {
        var options = Options();
        (options.Seed, options.NumberOfIterations) = (null, 256);
        var data = Synthetic.Prepared(_ml, 60);
        var result = new BackpropTuner(_ml, options, new Search { MaximumTrials = 3, Blends = false }).Fit(data);
        Assert.NotNull(result.OptionsOf(result.BestTrial).Seed);

        // A short trial has a quarter of the epochs, but no more checks in the same number of epochs.
        var isShort = result.Trials.First(trial => trial.IsShort);
        Assert.Equal(64, result.OptionsOf(isShort).NumberOfIterations);
        var trials = new[] { result.Trials[0], isShort };
        Assert.Equal([4, 4], trials.Select(trial => result.OptionsOf(trial).Resolved().Training.EarlyStopping!.Interval));
    }

    [Fact]
    public void A_search_without_trials_says_so()
    {
        var model = new BackpropTrainer(_ml, Options()).Fit(Synthetic.Prepared(_ml, 60));
        var problem = Assert.Throws<InvalidOperationException>(() => new TuningResult(model, Options()).BestTrial);
        Assert.Contains("has no trial", problem.Message);
    }

    [Fact]
    public void Wrong_options_are_refused_when_it_is_created()
    {
        Assert.ThrowsAny<ArgumentException>(() => new BackpropTuner(_ml, new BackpropTrainer.Options { Dropout = 2 }));
        Assert.ThrowsAny<ArgumentException>(() => new BackpropTuner(_ml, null!));
        Assert.ThrowsAny<ArgumentException>(() => new Search { MaximumTrials = 0 });
        Assert.ThrowsAny<ArgumentException>(() => new Search { MaximumCost = 0.5 });
        Assert.ThrowsAny<ArgumentException>(() => new Search { MaximumCost = double.NaN });
    }

    [Fact]
    public void Validation_data_may_be_given()
    {
        var options = Options();
        options.EnsembleSize = 1;
        options.KFoldBagging = false;
        options.ValidationFraction = 0;
        var tuner = new BackpropTuner(_ml, options, new Search { MaximumTrials = 3 });
        Assert.True(tuner.Fit(Synthetic.Prepared(_ml, 60), Synthetic.Prepared(_ml, 40, seed: 2)).Trials.Count > 2);
    }

    private BackpropTuner Tuner(Search search) => new(_ml, Options(), search);

    private static BackpropTrainer.Options Options() =>
        new() { LabelColumnName = Synthetic.Flag, HiddenLayers = [6], NumberOfIterations = 8, Seed = 1, EnsembleSize = 5 };

}
