using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>ML.NET's evaluator calls a row positive when its score is above 0; ours looks at PredictedLabel.</summary>
public class PredictedLabelEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public PredictedLabelEvaluationTests() => _data = Synthetic.Prepared(_ml, 300);

    [Theory]
    [InlineData(0.15f)]
    [InlineData(0.3f)]
    [InlineData(0.9f)]
    public void An_evaluation_by_the_predicted_label_follows_the_threshold(float threshold)
    {
        var model = Train().WithThreshold(threshold);
        var scored = model.Transform(_data);
        var (metrics, usual) = (
            _ml.BinaryClassification.EvaluatePredictedLabel(scored, Synthetic.Flag),
                _ml.BinaryClassification.Evaluate(scored, Synthetic.Flag));

        var rows = scored.GetColumn<bool>("PredictedLabel").Zip(scored.GetColumn<bool>(Synthetic.Flag)).ToArray();
        double hits = rows.Count(row => row is (true, true)), inventions = rows.Count(row => row is (true, false)),
            misses = rows.Count(row => row is (false, true));
        var rest = rows.Length - hits - inventions - misses;
        Assert.Equal((hits + rest) / rows.Length, metrics.Accuracy, 1e-12);
        Assert.Equal(hits / (hits + inventions), metrics.PositivePrecision, 1e-12);
        Assert.Equal(hits / (hits + misses), metrics.PositiveRecall, 1e-12);
        Assert.Equal(rest / (rest + misses), metrics.NegativePrecision, 1e-12);
        Assert.Equal(rest / (rest + inventions), metrics.NegativeRecall, 1e-12);
        Assert.Equal(2 * hits / (2 * hits + inventions + misses), metrics.F1Score, 1e-12);
        Assert.Equal([[hits, misses], [inventions, rest]], metrics.ConfusionMatrix.Counts.Select(counts => counts.ToArray()).ToArray());
        Assert.NotEqual(usual.PositiveRecall, metrics.PositiveRecall);

        // What depends on scores and probabilities is ML.NET's own.
        Assert.Equal(
            (usual.AreaUnderRocCurve, usual.AreaUnderPrecisionRecallCurve, usual.LogLoss, usual.LogLossReduction, usual.Entropy),
            (metrics.AreaUnderRocCurve, metrics.AreaUnderPrecisionRecallCurve, metrics.LogLoss, metrics.LogLossReduction, metrics.Entropy));
    }

    [Fact]
    public void Without_a_threshold_of_its_own_a_model_is_evaluated_as_by_MLNET()
    {
        var scored = Train().Transform(_data);
        var (metrics, usual) = (
            _ml.BinaryClassification.EvaluatePredictedLabel(scored, Synthetic.Flag),
                _ml.BinaryClassification.Evaluate(scored, Synthetic.Flag));

        foreach (var property in typeof(CalibratedBinaryClassificationMetrics).GetProperties()
            .Where(property => property.PropertyType == typeof(double)))
            Assert.Equal((double)property.GetValue(usual)!, (double)property.GetValue(metrics)!, 1e-12);
        Assert.Equal(usual.ConfusionMatrix.GetFormattedConfusionTable(), metrics.ConfusionMatrix.GetFormattedConfusionTable());
    }

    [Fact]
    public void Rows_without_a_score_are_left_out_as_by_MLNET()
    {
        var model = Train();
        var rows = Synthetic.Examples(60, seed: 3);
        foreach (var row in rows.Take(25)) row.Main = float.NaN;
        var raw = _ml.Data.LoadFromEnumerable(rows);
        var scored = model.Transform(Synthetic.Preparation(_ml).Fit(raw).Transform(raw));

        Assert.Equal(25, scored.Scores().Count(float.IsNaN));
        Assert.Equal(_ml.BinaryClassification.Evaluate(scored, Synthetic.Flag)
            .Accuracy, _ml.BinaryClassification.EvaluatePredictedLabel(scored, Synthetic.Flag).Accuracy);
    }

    [Fact]
    public void Cross_validation_by_the_predicted_label_follows_the_chosen_threshold()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        (options.ValidationFraction, options.ThresholdMetric) = (0.3, new F1Score());
        var folds = _ml.BinaryClassification.CrossValidatePredictedLabel(
            _data, new BackpropTrainer(_ml, options), numberOfFolds: 2, Synthetic.Flag, seed: 1);

        foreach (var fold in folds)
        {
            Assert.NotEqual(0, Assert.IsType<BackpropTransformer>(fold.Model).Threshold);
            var called = fold.ScoredHoldOutSet.GetColumn<bool>("PredictedLabel").Count(isPositive => isPositive);
            Assert.Equal(called, fold.Metrics.ConfusionMatrix.Counts.Sum(counts => counts[0]));
        }
    }

    [Theory]
    [InlineData("Label", "label", "Absent")]
    [InlineData("Probability", "probability", "Absent")]
    [InlineData("PredictedLabel", "predicted label", "Score")]
    public void A_column_that_does_not_fit_is_named(string which, string role, string name)
    {
        var scored = Train().Transform(_data);
        string Column(string usual) => usual == which ? name : usual == "Label" ? Synthetic.Flag : usual;
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.EvaluatePredictedLabel(
            scored, Column("Label"), "Score", Column("Probability"), Column("PredictedLabel")));
        Assert.Contains($"{role} column '{name}'", problem.Message, StringComparison.Ordinal);
        if (name == "Absent") Assert.Contains("'PredictedLabel'", problem.Message, StringComparison.Ordinal);
    }

    private BackpropTransformer Train() => new BackpropTrainer(_ml, Synthetic.Plain(Synthetic.Flag, hidden: 8, iterations: 20)).Fit(_data);
}
