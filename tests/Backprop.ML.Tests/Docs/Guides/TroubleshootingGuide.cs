using Backprop.Activations;
using Backprop.Metrics;
using Backprop.ML.Data;
using Backprop.ML.Tests.Scenarios;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>Every message on the page is provoked.</summary>
public class TroubleshootingGuide() : GuidePage("troubleshooting")
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Too_few_epochs()
    {
        var warnings = Fit(
            Parcel.Many(200), Options("Days", o => (o.NumberOfIterations, o.LearningRate, o.ValidationFraction) = (12, 3e-4, 0.2)));
        AssertQuoted(Assert.Single(warnings));
    }

    [Fact]
    public void Vanishing_gradient()
    {
        var warnings = Fit(Parcel.Many(100), Options("Days", o =>
        {
            (o.Activation, o.HiddenLayers) = (new Sigmoid(), [.. Enumerable.Repeat(16, 10)]);
            (o.NumberOfIterations, o.Diagnostics) = (1, true);
        }));
        AssertQuoted(Assert.Single(warnings, warning => warning.Contains("vanishes", StringComparison.Ordinal)));
    }

    [Fact]
    public void Constant_features()
    {
        var rows = Parcel.Many(60);
        foreach (var row in rows) row.Distance = 7;
        AssertQuoted(Assert.Single(Fit(rows, Options("Days", _ => { }))));
    }

    [Fact]
    public void A_rate_is_suggested()
    {
        var (ml, options) = (_ml, Options("Days", _ => { }));
        var data = Prepared(Parcel.Many(100));
        #region find-rate
        var curve = ml.Regression.Trainers.Backprop(options).FindLearningRate(data);
        options.LearningRate = curve.Valley;
        #endregion
        Assert.InRange(options.LearningRate!.Value, 1e-7, 10);
    }

    [Fact]
    public void Time_is_limited()
    {
        var options = Options("Days", _ => { });
        #region limit-time
        options.MaximumTrainingTime = TimeSpan.FromMinutes(5);
        #endregion
        var messages = Messages(_ml, ChannelMessageKind.Info);
        var clock = new Clock();
        options.Clock = clock;
        options.Progress = new Listener<EpochReport>(_ => clock.Seconds += 16);
        Fit(Parcel.Many(100), options);
        AssertQuoted(Assert.Single(messages, message => message.Contains("MaximumTrainingTime", StringComparison.Ordinal)));
    }

    [Fact]
    public void Reading_again_is_slow()
    {
        var messages = Messages(_ml, ChannelMessageKind.Info);
        Fit(Parcel.Many(100), Options("Days", o => (o.MemoryBudget, o.NumberOfIterations) = (1000, 1)));
        AssertQuoted(Assert.Single(messages, message => message.Contains("does not fit", StringComparison.Ordinal)));
    }

    [Fact]
    public void Divergence_by_the_learning_rate()
    {
        var options = Options("Days", o => (o.Optimizer, o.LearningRate) = (new Sgd(), 1000));
        AssertQuoted(Assert.Throws<TrainingDivergedException>(() => Fit(Parcel.Many(100), options)).Message);
    }

    [Fact]
    public void Divergence_by_an_extreme_value()
    {
        var rows = Parcel.Many(100);
        rows[5].Distance = 3e38f;
        var options = Options("Days", o => o.NormalizeFeatures = false);
        AssertQuoted(Assert.Throws<TrainingDivergedException>(() => Fit(rows, options)).Message);
    }

    [Fact]
    public void Missing_features_have_no_score()
    {
        var rows = Parcel.Many(50);
        rows[7].Distance = float.NaN;
        var (ml, options, data) = (_ml, Options("Days", _ => { }), _ml.Data.LoadFromEnumerable(rows));
        var warnings = Warnings(ml);
        var model = Pipeline(options).Fit(data);
        #region count-nan
        var missing = model.Transform(data).GetColumn<float>("Score").Count(float.IsNaN);
        #endregion
        Assert.Equal(1, missing);
        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, AssertQuoted);
    }

    [Fact]
    public void Every_reason_to_skip_a_row()
    {
        var rows = Parcel.Many(50);
        (rows[1].Stops, rows[2].Distance, rows[3].Days) = (float.NaN, float.PositiveInfinity, float.NaN);
        (rows[4].Cost, rows[5].Cost) = (-1, 0);
        AssertQuoted(Assert.Single(Fit(rows, Options("Days", o => o.ExampleWeightColumnName = "Cost"))));

        foreach (var row in rows) row.Days = float.NaN;
        var problem = Assert.ThrowsAny<Exception>(() => Fit(rows, Options("Days", _ => { })));
        AssertQuoted(problem.Message);
    }

    [Fact]
    public void Categories_that_are_written_in_another_way()
    {
        var options = Options("Days", o => (o.CategoricalFeatureColumnNames, o.NumberOfIterations) = (["CarrierKey"], 1));
        var rows = Parcel.Many(50);
        var trainer = _ml.Regression.Trainers.Backprop(options);
        var warnings = Warnings(_ml);
        var model = trainer.Fit(Keyed(rows));
        foreach (var row in rows) row.Carrier = row.Carrier.ToUpperInvariant();
        model.Transform(Keyed(rows));
        AssertQuoted(Assert.Single(warnings));

        IDataView Keyed(Parcel[] each) =>
            _ml.Transforms.Conversion.MapValueToKey("CarrierKey", "Carrier").Fit(Prepared(each)).Transform(Prepared(each));
    }

    [Fact]
    public void One_class_alone()
    {
        var (train, validation) = (Prepared(Parcel.Many(60)), Prepared([.. Parcel.Many(60).Where(row => !row.IsLate)]));
        var warnings = Warnings(_ml);
        var options = Options("IsLate", o => (o.NumberOfIterations, o.ThresholdMetric) = (1, new F1Score()));
        _ml.BinaryClassification.Trainers.Backprop(options).Fit(train, validation);
        AssertQuoted(Assert.Single(warnings));
    }

    [Fact]
    public void A_class_that_is_only_held_out()
    {
        var rows = Parcel.Many(60).OrderBy(row => row.IsLate).ToArray();
        foreach (var row in rows[..50]) row.IsLate = false;
        foreach (var row in rows[50..]) row.IsLate = true;
        var options = Options(
            "IsLate", o => (o.NumberOfIterations, o.ValidationFraction, o.ValidationRows) = (1, 0.25, ValidationRows.Last));
        AssertQuoted(Assert.Single(Fit(rows, options), warning => warning.Contains("training rows have none", StringComparison.Ordinal)));
    }

    [Fact]
    public void Memory_is_too_small()
    {
        var options = Options("Days", o => (o.MemoryBudget, o.Caching) = (1000, DataCaching.Memory));
        AssertQuoted(Assert.Throws<InvalidOperationException>(() => Fit(Parcel.Many(100), options)).Message);

        var text = MemoryBudget.RanOut(new InsufficientMemoryException()).Message;
        AssertQuoted(text[text.IndexOf("Set MemoryBudget", StringComparison.Ordinal)..]);
    }

    private List<string> Fit(Parcel[] rows, BackpropTrainer.Options options)
    {
        var warnings = Warnings(_ml);
        Pipeline(options).Fit(_ml.Data.LoadFromEnumerable(rows));
        return warnings;
    }

    private EstimatorChain<BackpropTransformer> Pipeline(BackpropTrainer.Options options) =>
        _ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Append(new BackpropTrainer(_ml, options));

    private IDataView Prepared(Parcel[] rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(data).Transform(data);
    }

    private static BackpropTrainer.Options Options(string label, Action<BackpropTrainer.Options> change)
    {
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = label, HiddenLayers = [8], Seed = 1 };
        change(options);
        return options;
    }

    // Every look at this clock is a second later.
    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
