using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class EarlyStoppingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _train, _validation;

    // Few rows and large steps: the network soon learns the rows by heart, and the validation loss rises again.
    public EarlyStoppingTests() => (_train, _validation) = (Synthetic.Prepared(_ml, 40), Synthetic.Prepared(_ml, 100, seed: 2));

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Training_ends_when_patience_does_and_the_best_epoch_is_kept(string label)
    {
        var model = Trainer(label).Fit(_train, _validation).Model;
        var losses = model.History.Select(report => report.ValidationLoss!.Value).ToArray();

        Assert.InRange(losses.Length, 1, 199);
        Assert.Equal(model.BestEpoch + 5, losses.Length);
        Assert.Equal(losses.Min(), losses[model.BestEpoch - 1]);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Validation_data_influences_nothing_but_the_end(string label)
    {
        var stopped = Trainer(label).Fit(_train, _validation);
        var unwatched = Trainer(label, epochs: stopped.Model.BestEpoch).Fit(_train);

        Assert.Equal(unwatched.Bits(), stopped.Bits());
        Assert.Equal(
            unwatched.Model.History,
            stopped.Model.History.Take(stopped.Model.BestEpoch).Select(report => report with { ValidationLoss = null }));
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void The_reported_validation_loss_is_the_one_that_ML_NET_measures(string label)
    {
        var model = Trainer(label).Fit(_train, _validation);
        var reported = model.Model.History[model.Model.BestEpoch - 1].ValidationLoss!.Value;

        var scored = model.Transform(_validation);
        var measured = label switch
        {
            // ML.NET counts in bits here, we in nats
            Synthetic.Flag => _ml.BinaryClassification.Evaluate(scored, label).LogLoss * Math.Log(2),
            Synthetic.Kind => _ml.MulticlassClassification.Evaluate(scored, label).LogLoss,
            _ => _ml.Regression.Evaluate(scored, label).MeanSquaredError,
        };
        Assert.Equal(measured, reported, 1e-4 * measured);
    }

    public static TheoryData<string, Metric> Metrics => new()
    {
        { Synthetic.Flag, new Accuracy() }, { Synthetic.Flag, new AreaUnderRocCurve() }, { Synthetic.Flag, new F1Score() },
        { Synthetic.Flag, new LogLoss() },
        { Synthetic.Kind, new Accuracy() }, { Synthetic.Kind, new MacroAccuracy() }, { Synthetic.Kind, new LogLoss() },
        { Synthetic.Value, new MeanAbsoluteError() }, { Synthetic.Value, new RootMeanSquaredError() }, { Synthetic.Value, new RSquared() },
    };

    [Theory, MemberData(nameof(Metrics))]
    public void The_best_epoch_by_a_metric_is_kept_and_the_metric_is_ML_NETs(string label, Metric metric)
    {
        var model = Trainer(label, 200, new EarlyStopping { Patience = 5, Metric = metric }).Fit(_train, _validation);
        var values = model.Model.History.Select(report => report.ValidationMetric!.Value).ToArray();
        var best = metric.HigherIsBetter ? values.Max() : values.Min();
        Assert.Equal(best, values[model.Model.BestEpoch - 1]);
        Assert.Equal(values.IndexOf(best) + 1, model.Model.BestEpoch);

        var scored = model.Transform(_validation);
        double measured = (label, metric) switch
        {
            (Synthetic.Flag, Accuracy) => _ml.BinaryClassification.Evaluate(scored, label).Accuracy,
            (Synthetic.Flag, AreaUnderRocCurve) => _ml.BinaryClassification.Evaluate(scored, label).AreaUnderRocCurve,
            (Synthetic.Flag, F1Score) => _ml.BinaryClassification.Evaluate(scored, label).F1Score,
            // ML.NET counts in bits here
            (Synthetic.Flag, LogLoss) => _ml.BinaryClassification.Evaluate(scored, label).LogLoss * Math.Log(2),
            (Synthetic.Kind, Accuracy) => _ml.MulticlassClassification.Evaluate(scored, label).MicroAccuracy,
            (Synthetic.Kind, MacroAccuracy) => _ml.MulticlassClassification.Evaluate(scored, label).MacroAccuracy,
            (Synthetic.Kind, _) => _ml.MulticlassClassification.Evaluate(scored, label).LogLoss,
            (_, MeanAbsoluteError) => _ml.Regression.Evaluate(scored, label).MeanAbsoluteError,
            (_, RootMeanSquaredError) => _ml.Regression.Evaluate(scored, label).RootMeanSquaredError,
            _ => _ml.Regression.Evaluate(scored, label).RSquared,
        };
        Assert.Equal(measured, best, 1e-5 * Math.Abs(measured));
    }

    [Fact]
    public void Training_ends_where_the_target_is_reached()
    {
        var model = Trainer(Synthetic.Kind, 200, new EarlyStopping { Patience = 50, Metric = new Accuracy(), Target = 0.6 })
            .Fit(_train, _validation).Model;
        Assert.All(model.History.SkipLast(1), report => Assert.True(report.ValidationMetric < 0.6));
        Assert.True(model.History[^1].ValidationMetric >= 0.6);
        Assert.InRange(model.History.Count, 2, 199);

        var byLoss = Trainer(Synthetic.Kind, 200, new EarlyStopping { Patience = 50, Target = 0.9 }).Fit(_train, _validation).Model;
        Assert.True(byLoss.History[^1].ValidationLoss <= 0.9 && byLoss.History.SkipLast(1).All(report => report.ValidationLoss > 0.9));
    }

    [Fact]
    public void A_metric_of_another_task_is_refused_when_the_task_is_known()
    {
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, EarlyStopping = new EarlyStopping { Metric = new RSquared() } };
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Trainers.Backprop(options));
        Assert.Contains("allowed are Accuracy, AreaUnderPrecisionRecallCurve", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_keep_the_metric_after_loading()
    {
        var model = Trainer(Synthetic.Value, 5, new EarlyStopping { Metric = new RSquared() }).Fit(_train, _validation);
        Assert.Equal(model.Model.History, ((BackpropTransformer)_ml.SaveAndLoad(model, _train.Schema)).Model.History);
        Assert.NotNull(model.Model.History[0].ValidationMetric);
    }

    [Fact]
    public void Without_early_stopping_validation_data_is_only_watched()
    {
        var watched = Trainer(Synthetic.Value, epochs: 30, earlyStopping: null).Fit(_train, _validation);
        var unwatched = Trainer(Synthetic.Value, epochs: 30).Fit(_train);

        Assert.Equal(30, watched.Model.History.Count);
        Assert.Equal(30, watched.Model.BestEpoch);
        Assert.All(watched.Model.History, report => Assert.NotNull(report.ValidationLoss));
        Assert.Equal(unwatched.Bits(), watched.Bits());
    }

    [Fact]
    public void Validation_data_serves_a_continued_training_too()
    {
        var first = Trainer(Synthetic.Value, epochs: 10).Fit(_train);
        var continued = Trainer(Synthetic.Value).Fit(_train, _validation, first.Model).Model;

        Assert.True(continued.History[0].TrainingLoss < first.Model.History[0].TrainingLoss);
        Assert.Equal(continued.History.MinBy(report => report.ValidationLoss)!.Epoch, continued.BestEpoch);
    }

    private BackpropTrainer Trainer(string label, int epochs = 200) => Trainer(label, epochs, new EarlyStopping { Patience = 5 });

    // Labels are not scaled, so that the losses of a regression are in units that ML.NET knows.
    private BackpropTrainer Trainer(string label, int epochs, EarlyStopping? earlyStopping) => new(_ml, new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        LearningRate = 0.02,
        NumberOfIterations = epochs,
        EarlyStopping = earlyStopping,
        NormalizeLabel = false,
        Seed = 3,
    });
}
