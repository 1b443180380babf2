using Backprop.Metrics;
using Backprop.ML.Tests.Scenarios;
using Backprop.Reports;
using Backprop.Schedules;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Reporting;

public class SummaryTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_fit_knows_its_preset_seed_time_and_why_an_epoch_was_kept()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        (options.Seed, options.ValidationFraction) = (null, 0.2);
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model;

        var summary = model.Summary;
        Assert.Equal((model.BestEpoch, 5), (summary.BestEpoch, summary.PlannedEpochs));
        Assert.Equal(("Plain", nameof(AreaUnderRocCurve)), (summary.Preset, summary.SelectedBy));
        Assert.True(summary.Duration > TimeSpan.Zero);
        Assert.Empty(summary.Warnings!);

        // The seed that was drawn repeats the training.
        options.Seed = summary.Seed;
        Assert.Equal(model.History, new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model.History);
    }

    [Fact]
    public void It_has_the_warnings_of_the_log_and_the_page_shows_them()
    {
        var logged = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) logged.Add(message.RawMessage);
        };
        var examples = Synthetic.Examples(50);
        foreach (var example in examples) example.Noise = 1; // constant
        examples[0].Main = float.NaN; // skipped
        var options = Synthetic.Brief(Synthetic.Flag);
        options.LearningRateSchedule = new MultiStepDecay { Milestones = [100] }; // without effect in 5 epochs
        var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, examples)).Model;

        Assert.Equal(3, logged.Count);
        Assert.Contains(logged, warning => warning.Contains("MultiStepDecay { Milestones = 100; Factor = 0.1 }"));
        Assert.Equal(logged, model.Summary.Warnings);
        var page = System.Net.WebUtility.HtmlDecode(model.History.ToHtml("Mine", model.Summary));
        Assert.All(logged, warning => Assert.Contains(warning, page));
    }

    [Fact]
    public void Of_a_model_that_was_loaded_only_the_best_epoch_is_known()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        options.ValidationFraction = 0.2;
        var data = Synthetic.Prepared(_ml, 100);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        using var file = new MemoryStream();
        _ml.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = (BackpropTransformer)_ml.Model.Load(file, out _);

        var expected = new TrainingSummary { BestEpoch = model.Model.BestEpoch, SelectedBy = "validation metric" };
        Assert.Equal(expected, loaded.Model.Summary);
        Assert.Contains(
            $"epoch {model.Model.BestEpoch} kept: best validation metric", loaded.Model.History.ToHtml("Mine", loaded.Model.Summary));
    }
}
