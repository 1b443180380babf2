using Backprop.Metrics;
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
    public void A_metric_of_one_label_is_refused_before_training()
    {
        var options = Synthetic.Brief(Labels);
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        var trainer = new BackpropTrainer(_ml, options);
        var prepared = Synthetic.Prepared(_ml, 60);
        var data = _ml.Transforms.Concatenate(Labels, Synthetic.Flag, nameof(Example.Aside)).Fit(prepared).Transform(prepared);
        var problem = Assert.Throws<ArgumentOutOfRangeException>("EarlyStopping", () => trainer.Fit(data, data));
        Assert.Contains("AreaUnderRocCurve", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Metric = null", problem.Message, StringComparison.Ordinal);
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
    public void Rows_with_a_missing_target_are_skipped_in_training_and_evaluation()
    {
        var examples = Synthetic.Examples(100);
        examples[3].Value = float.NaN;
        var data = _ml.Data.LoadFromEnumerable(examples);
        List<string> warnings = [];
        _ml.Log += (_, message) => { if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.Message); };
        var scored = Pipeline(Targets).Fit(data).Transform(data);

        Assert.Contains(warnings, warning => warning.Contains("Skipped 1 of 100 rows of the training data", StringComparison.Ordinal));
        Assert.InRange(_ml.Regression.EvaluateMultiTarget(scored, Targets).RSquared, 0.5, 1);
        Assert.Contains(warnings, warning => warning.Contains("Skipped 1 of 100 rows with a missing label", StringComparison.Ordinal));
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
