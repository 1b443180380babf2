using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class EvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_pipeline_learns_binary_classification()
    {
        var scored = DefaultFits.Scored(Synthetic.Flag);
        var metrics = _ml.BinaryClassification.Evaluate(scored, Synthetic.Flag);

        Assert.InRange(metrics.Accuracy, 0.93, 1);
        Assert.InRange(metrics.AreaUnderRocCurve, 0.98, 1);
        Assert.InRange(metrics.LogLoss, 0, 0.3);
    }

    [Fact]
    public void A_pipeline_learns_multiclass_classification()
    {
        var scored = DefaultFits.Scored(Synthetic.Kind);
        var metrics = _ml.MulticlassClassification.Evaluate(scored, Synthetic.Kind);

        Assert.InRange(metrics.MicroAccuracy, 0.9, 1);
        Assert.InRange(metrics.MacroAccuracy, 0.9, 1);
        Assert.InRange(metrics.LogLoss, 0, 0.3);
        Assert.Equal(3, metrics.PerClassLogLoss.Count);
    }

    [Fact]
    public void A_pipeline_learns_regression()
    {
        var scored = DefaultFits.Scored(Synthetic.Value);
        var metrics = _ml.Regression.Evaluate(scored, Synthetic.Value);

        Assert.InRange(metrics.RSquared, 0.98, 1);
        Assert.InRange(metrics.RootMeanSquaredError, 0, 0.1);
    }

    [Fact]
    public void Precision_and_recall_trade_off_along_a_curve()
    {
        var scored = DefaultFits.Scored(Synthetic.Flag);
        var metrics = _ml.BinaryClassification.Evaluate(scored, Synthetic.Flag);

        // ML.NET gives the area but not the curve, so users draw it from Score and label: precision at every positive, best score first.
        var ranked = scored.GetColumn<float>("Score").Zip(scored.GetColumn<bool>(Synthetic.Flag)).OrderByDescending(row => row.First)
            .ToArray();
        var precisions = ranked.Select(
            (row, index) => (row.Second, Precision: ranked.Take(index + 1).Count(above => above.Second) / (index + 1.0)))
            .Where(point => point.Second).Select(point => point.Precision).ToArray();

        Assert.Equal(precisions.Average(), metrics.AreaUnderPrecisionRecallCurve, 0.01);
        Assert.InRange(metrics.AreaUnderPrecisionRecallCurve, 0.98, 1);
        Assert.InRange(precisions[^1], 0.4, 0.99);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void The_catalog_and_the_constructor_make_the_same_trainer(string label)
    {
        var options = Synthetic.Brief(label);
        var fromCatalog = label switch
        {
            Synthetic.Flag => _ml.BinaryClassification.Trainers.Backprop(options),
            Synthetic.Kind => _ml.MulticlassClassification.Trainers.Backprop(options),
            _ => _ml.Regression.Trainers.Backprop(options),
        };
        var data = Synthetic.Prepared(_ml, 100);

        Assert.Equal(new BackpropTrainer(_ml, options).Fit(data).Bits(), fromCatalog.Fit(data).Bits());
    }

    [Fact]
    public void The_catalogs_simple_arguments_are_the_constructors()
    {
        // One context for each: without a seed among the arguments, it comes from the context.
        var fromCatalog = new MLContext(seed: 5).Regression.Trainers.Backprop(
            Synthetic.Value, "Features", Synthetic.Weight, [5, 4], 0.01, 3);
        var constructed = new BackpropTrainer(new MLContext(seed: 5), Synthetic.Value, "Features", Synthetic.Weight, [5, 4], 0.01, 3);
        var data = Synthetic.Prepared(_ml, 100);
        var model = fromCatalog.Fit(data);

        // Eight members by the default preset, whose schedule ends each of three passes near a peak, at one, and in a valley of 0.01.
        Assert.Equal("3-8×5-8×4-8×1", model.Model.Network.Network.ToString());
        Assert.Equal(3, model.Model.History.Count);
        Assert.InRange(model.Model.History.Max(report => report.LearningRate), 0.001, 0.01);
        Assert.Equal(constructed.Fit(data).Bits(), model.Bits());
    }
}
