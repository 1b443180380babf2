using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class CrossValidationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data, _unseen;

    public CrossValidationTests() =>
        (_data, _unseen) = (
            _ml.Data.LoadFromEnumerable(Synthetic.Examples(800)), _ml.Data.LoadFromEnumerable(Synthetic.Examples(100, seed: 2)));

    [Fact]
    public void Binary_classification_holds_on_every_fold()
    {
        var folds = _ml.BinaryClassification.CrossValidate(
            _data, Pipeline(Synthetic.Flag), numberOfFolds: 4, labelColumnName: Synthetic.Flag);
        Check(folds, fold => fold.Accuracy, 0.85, Synthetic.Flag);
    }

    [Fact]
    public void Multiclass_classification_holds_on_every_fold()
    {
        var folds = _ml.MulticlassClassification.CrossValidate(
            _data, Pipeline(Synthetic.Kind), numberOfFolds: 4, labelColumnName: Synthetic.Kind);
        Check(folds, fold => fold.MicroAccuracy, 0.8, Synthetic.Kind);
    }

    [Fact]
    public void Regression_holds_on_every_fold()
    {
        var folds = _ml.Regression.CrossValidate(_data, Pipeline(Synthetic.Value), numberOfFolds: 4, labelColumnName: Synthetic.Value);
        Check(folds, fold => fold.RSquared, 0.95, Synthetic.Value);
    }

    private void Check<TMetrics>(
        IReadOnlyList<TrainCatalogBase.CrossValidationResult<TMetrics>> folds, Func<TMetrics, double> quality, double atLeast, string label)
        where TMetrics : class
    {
        Assert.Equal([0, 1, 2, 3], folds.Select(fold => fold.Fold));
        Assert.Equal(800, folds.Sum(fold => fold.ScoredHoldOutSet.GetColumn<float>(nameof(Example.Main)).Count()));
        foreach (var fold in folds)
        {
            Assert.InRange(quality(fold.Metrics), atLeast, 1);
            Assert.InRange(_ml.Quality(fold.Model.Transform(_unseen), label), atLeast, 1);
        }
        Assert.Equal(4, folds.Select(fold => fold.Model.Transform(_unseen).Scores()[0]).Distinct().Count());
    }

    private EstimatorChain<BackpropTransformer> Pipeline(string label) =>
        Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, Synthetic.Plain(label)));
}
