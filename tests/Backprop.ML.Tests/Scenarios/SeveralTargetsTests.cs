using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Labels that are vectors: several numbers to predict, or several flags of which any may be set.</summary>
public class SeveralTargetsTests
{
    private const string Targets = "Targets", Labels = "Labels";

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _train, _test;

    public SeveralTargetsTests() =>
        (_train, _test) = (
            _ml.Data.LoadFromEnumerable(Synthetic.Examples(600)), _ml.Data.LoadFromEnumerable(Synthetic.Examples(200, seed: 2)));

    [Fact]
    public void Several_targets_are_learned_and_have_the_names_of_the_labels_slots()
    {
        var model = Pipeline(Targets).Fit(_train);
        foreach (var loaded in new[] { model, _ml.SaveAndLoad(model, _train.Schema) })
        {
            var scored = loaded.Transform(_test);
            var metrics = _ml.Regression.EvaluateMultiTarget(scored, Targets);

            Assert.Equal(["Value", "Main"], metrics.Targets.Select(target => target.Name));
            Assert.Equal(["Value", "Main"], SlotNames(scored.Schema["Score"]));
            Assert.All(metrics.Targets, target => Assert.InRange(target.RSquared, 0.95, 1));
        }
    }

    [Fact]
    public void One_target_by_itself_is_measured_as_MLNET_measures_it()
    {
        var scored = Pipeline(Targets).Fit(_train).Transform(_test);
        var metrics = _ml.Regression.EvaluateMultiTarget(scored, Targets);
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        Example[] examples = Synthetic.Examples(200, seed: 2);
        var single = _ml.Regression.Evaluate(
            _ml.Data.LoadFromEnumerable(
                scores.Zip(examples, (score, example) => new ScoredValue { Label = example.Value, Score = score[0] })));

        Assert.Equal(single.MeanAbsoluteError, metrics.Targets[0].MeanAbsoluteError, 1e-6);
        Assert.Equal(single.RootMeanSquaredError, metrics.Targets[0].RootMeanSquaredError, 1e-6);
        Assert.Equal(single.RSquared, metrics.Targets[0].RSquared, 1e-6);
    }

    [Fact]
    public void Several_labels_are_learned_and_have_the_names_of_the_labels_slots()
    {
        var model = Pipeline(Labels).Fit(_train);
        foreach (var loaded in new[] { model, _ml.SaveAndLoad(model, _train.Schema) })
        {
            var scored = loaded.Transform(_test);
            var metrics = _ml.MulticlassClassification.EvaluateMultiLabel(scored, Labels);

            Assert.Equal(["Flag", "Aside"], metrics.Labels.Select(label => label.Name));
            foreach (var column in new[] { "Score", "Probability", "PredictedLabel" })
                Assert.Equal(["Flag", "Aside"], SlotNames(scored.Schema[column]));
            Assert.InRange(metrics.SubsetAccuracy, 0.85, 1);
            Assert.InRange(metrics.HammingLoss, 0, 0.08);
            Assert.All(metrics.Labels, label => Assert.InRange(label.AreaUnderRocCurve, 0.97, 1));
        }
    }

    [Fact]
    public void A_metric_of_labels_is_the_mean_that_the_evaluator_computes()
    {
        var options = Synthetic.Brief(Labels);
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        var prepared = Synthetic.Prepared(_ml, 60);
        var data = _ml.Transforms.Concatenate(Labels, Synthetic.Flag, nameof(Example.Aside)).Fit(prepared).Transform(prepared);
        var model = new BackpropTrainer(_ml, options).Fit(data, data);
        var expected = _ml.MulticlassClassification.EvaluateMultiLabel(model.Transform(data), Labels).MacroAreaUnderRocCurve;
        Assert.Equal(expected, model.Model.History.Max(report => report.ValidationMetric)!.Value, 1e-6);
    }

    [Fact]
    public void Engines_predict_vectors()
    {
        using var targets = _ml.Model.CreatePredictionEngine<Example, ManyValues>(
            _ml.SaveAndLoad(Pipeline(Targets).Fit(_train), _train.Schema));
        using var labels = _ml.Model.CreatePredictionEngine<Example, ManyFlags>(
            _ml.SaveAndLoad(Pipeline(Labels).Fit(_train), _train.Schema));
        foreach (var example in Synthetic.Examples(20, seed: 3))
        {
            Assert.Equal(example.Main, targets.Predict(example).Score[1], 0.3f);
            var flags = labels.Predict(example);
            Assert.Equal(flags.Score.Select(score => score > 0), flags.PredictedLabel);
            Assert.All(flags.Score.Zip(flags.Probability), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.First)), pair.Second, 1e-6));
        }
    }

    [Fact]
    public void Every_fold_is_trained_and_measured()
    {
        var regressions = _ml.Regression.CrossValidateMultiTarget(_train, Pipeline(Targets), numberOfFolds: 3, Targets);
        var classifications = _ml.MulticlassClassification.CrossValidateMultiLabel(_train, Pipeline(Labels), numberOfFolds: 3, Labels);

        Assert.Equal([0, 1, 2], regressions.Select(fold => fold.Fold));
        Assert.All(regressions, fold => Assert.InRange(fold.Metrics.RSquared, 0.9, 1));
        Assert.All(classifications, fold => Assert.InRange(fold.Metrics.MicroF1Score, 0.85, 1));
        Assert.Equal(600, regressions.Sum(fold => fold.ScoredHoldOutSet.GetColumn<float>(nameof(Example.Main)).Count()));
        Assert.Equal(600, classifications.Sum(fold => fold.ScoredHoldOutSet.GetColumn<float>(nameof(Example.Main)).Count()));
    }

    [Fact]
    public void An_infinite_target_is_the_reason_to_skip_a_row_and_a_missing_one_is_not()
    {
        var rows = Enumerable.Range(0, 20).Select(i => new Words
        {
            Features = new VBuffer<float>(2000, 1, [i], [1]),
            Targets = i == 3 ? [float.NaN, float.PositiveInfinity] : [1, i],
        });
        List<string> warnings = [];
        _ml.Log += (_, message) => warnings.Add(message.Message);
        new BackpropTrainer(_ml, Synthetic.Brief(Targets)).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.Contains(
            warnings, warning => warning.Contains("1 with an infinite label, first in row 3, slot 1", StringComparison.Ordinal));
    }

    // Of words, most features are 0.
    [Fact]
    public void Sparse_features_may_have_missing_targets()
    {
        var rows = Enumerable.Range(0, 60).Select(i => new Words
        {
            Features = new VBuffer<float>(2000, 2, [1, 2], [i % 7, 100 + i]),
            Targets = [i % 7, i % 3 == 0 ? float.NaN : i],
        });
        var options = Synthetic.Brief(Targets);
        options.ValidationFraction = 0.3;
        var data = _ml.Data.LoadFromEnumerable(rows);
        var scored = new BackpropTrainer(_ml, options).Fit(data).Transform(data);
        Assert.Equal(2, _ml.Regression.EvaluateMultiTarget(scored, Targets).Targets.Count);
    }

    // Each half of the rows has one of the targets.
    [Fact]
    public void Reports_and_importance_use_the_rows_of_each_target()
    {
        var examples = Synthetic.Examples(120);
        var model = Pipeline(Targets).Fit(_ml.Data.LoadFromEnumerable(examples));
        for (var i = 0; i < 120; i++)
            if (i % 2 == 0) examples[i].Value = float.NaN;
        var data = _ml.Data.LoadFromEnumerable(examples);
        var report = _ml.Model.CreateReport(model, data, new ModelReportOptions { ImportanceRepeats = 2, BootstrapSamples = 10 });
        var metrics = _ml.Regression.EvaluateMultiTarget(model.Transform(data), Targets);
        Assert.Equal(metrics.Targets, report.Targets);
        Assert.Equal(metrics.RSquared, report.Metrics.Single(metric => metric.Metric is RSquared).Value, 1e-9);
        Assert.Equal(0, report.Data.RowsWithoutLabel);
    }

    [Fact]
    public void A_report_tells_of_the_other_targets_if_no_row_has_the_first()
    {
        var examples = Synthetic.Examples(60);
        var model = Pipeline(Targets).Fit(_ml.Data.LoadFromEnumerable(examples));
        foreach (var example in examples) example.Value = float.NaN;
        var data = _ml.Data.LoadFromEnumerable(examples);
        var report = _ml.Model.CreateReport(model, data, new ModelReportOptions { ImportanceRepeats = 2, BootstrapSamples = 10 });
        Assert.Null(report.Residuals);
        Assert.True(double.IsNaN(report.Targets[0].RSquared) && double.IsFinite(report.Targets[1].RSquared));
        Assert.Contains(report.NotFor, limit => limit.EndsWith("The model has no prediction intervals.", StringComparison.Ordinal));
        Assert.Contains("<html", report.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_targets_of_a_row_with_a_missing_one_are_trained_and_evaluated()
    {
        var examples = Synthetic.Examples(100);
        examples[3].Value = float.NaN;
        (examples[5].Value, examples[5].Main) = (float.NaN, float.NaN);
        var data = _ml.Data.LoadFromEnumerable(examples);
        List<string> warnings = [];
        _ml.Log += (_, message) => { if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.Message); };
        var scored = Pipeline(Targets).Fit(data).Transform(data);

        Assert.Contains(warnings, warning => warning.Contains("Skipped 1 of 100 rows of the training data", StringComparison.Ordinal));
        const string words = "1 of 100 rows of the training data lack some targets, first row 3, slot 0";
        Assert.Contains(warnings, warning => warning.Contains(words, StringComparison.Ordinal));
        var known = _ml.Data.FilterRowsByMissingValues(scored, nameof(Example.Main));
        var metrics = _ml.Regression.EvaluateMultiTarget(known, Targets);
        Assert.All(metrics.Targets, target => Assert.InRange(target.RSquared, 0.5, 1));
        Assert.Contains(warnings, warning => warning.Contains("1 of 99 rows lack some targets", StringComparison.Ordinal));

        // The second target is known in one more row than the first.
        var complete = _ml.Regression.EvaluateMultiTarget(_ml.Data.FilterRowsByMissingValues(known, Synthetic.Value), Targets);
        Assert.Equal(complete.Targets[0], metrics.Targets[0]);
        Assert.NotEqual(complete.Targets[1], metrics.Targets[1]);
    }

    [Fact]
    public void A_custom_loss_needs_all_targets_of_a_row()
    {
        var examples = Synthetic.Examples(100);
        examples[3].Value = float.NaN;
        List<string> warnings = [];
        _ml.Log += (_, message) => { if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.Message); };
        var options = Synthetic.Brief(Targets);
        options.LossFunction = new Halved();
        var prepared = Synthetic.Prepared(_ml, examples);
        var concatenate = _ml.Transforms.Concatenate(Targets, Synthetic.Value, nameof(Example.Main));
        new BackpropTrainer(_ml, options).Fit(concatenate.Fit(prepared).Transform(prepared));
        Assert.Contains(warnings, warning => warning.Contains("Skipped 1 of 100 rows", StringComparison.Ordinal));
    }

    private sealed record Halved : RowLoss
    {
        private static readonly SquaredError _whole = new();

        public override TargetKind TargetKind => TargetKind.Real;

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            _whole.EvaluateRows(scores, targets, losses, gradient);
            foreach (ref var value in losses) value /= 2;
            foreach (ref var value in gradient.Values) value /= 2;
        }

        public override void Predict(Matrix scores)
        {
        }
    }

    [Theory]
    [InlineData("Main", "Vector<Single>")]
    [InlineData("Nowhere", "Nowhere")]
    public void Evaluators_name_the_column_that_does_not_fit(string label, string word)
    {
        var scored = Pipeline(Targets).Fit(_train).Transform(_test);
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Regression.EvaluateMultiTarget(scored, label));
        Assert.Contains(label, problem.Message, StringComparison.Ordinal);
        Assert.Contains(word, problem.Message, StringComparison.Ordinal);
    }

    private EstimatorChain<BackpropTransformer> Pipeline(string label) => Synthetic.Preparation(_ml)
        .Append(_ml.Transforms.Concatenate(Targets, Synthetic.Value, nameof(Example.Main)))
        .Append(_ml.Transforms.Concatenate(Labels, Synthetic.Flag, nameof(Example.Aside)))
        .Append(new BackpropTrainer(_ml, Synthetic.Plain(label, iterations: 40)));

    private static string[] SlotNames(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class Words
    {
        [VectorType(2000)]
        public VBuffer<float> Features { get; set; }

        [VectorType(2)]
        public float[] Targets { get; set; } = [];
    }

    private sealed class ScoredValue
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }

    private sealed class ManyValues
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class ManyFlags
    {
        public float[] Score { get; set; } = [];

        public float[] Probability { get; set; } = [];

        public bool[] PredictedLabel { get; set; } = [];
    }
}
