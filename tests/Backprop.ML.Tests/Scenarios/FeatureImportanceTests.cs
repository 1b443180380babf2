using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Shuffling Main must hurt most, shuffling Noise hardly: on the model as trained, and on one that was saved and loaded.</summary>
public class FeatureImportanceTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public FeatureImportanceTests() => _data = Synthetic.Prepared(_ml, 300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Binary_classification(bool load)
    {
        var model = Train(Synthetic.Flag, load);
        var typed = _ml.BinaryClassification.PermutationFeatureImportance(
            model, model.Transform(_data), Synthetic.Flag, permutationCount: 2);
        var named = _ml.BinaryClassification.PermutationFeatureImportanceNonCalibrated(model, _data, Synthetic.Flag, permutationCount: 2);

        CheckRanking(typed.Select(metrics => -metrics.Accuracy.Mean));
        CheckRanking(Synthetic.FeatureNames.Select(name => -named[name].Accuracy.Mean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiclass_classification(bool load)
    {
        var model = Train(Synthetic.Kind, load);
        var typed = _ml.MulticlassClassification.PermutationFeatureImportance(
            model, model.Transform(_data), Synthetic.Kind, permutationCount: 2);
        var named = _ml.MulticlassClassification.PermutationFeatureImportance(
            (ITransformer)model, _data, Synthetic.Kind, permutationCount: 2);

        CheckRanking(typed.Select(metrics => -metrics.MicroAccuracy.Mean));
        CheckRanking(Synthetic.FeatureNames.Select(name => -named[name].MicroAccuracy.Mean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Regression(bool load)
    {
        var model = Train(Synthetic.Value, load);
        var typed = _ml.Regression.PermutationFeatureImportance(model, model.Transform(_data), Synthetic.Value, permutationCount: 2);
        var named = _ml.Regression.PermutationFeatureImportance((ITransformer)model, _data, Synthetic.Value, permutationCount: 2);

        CheckRanking(typed.Select(metrics => -metrics.RSquared.Mean));
        CheckRanking(Synthetic.FeatureNames.Select(name => -named[name].RSquared.Mean));
    }

    private BackpropTransformer Train(string label, bool load)
    {
        var model = new BackpropTrainer(_ml, Synthetic.Plain(label)).Fit(_data);
        return load ? (BackpropTransformer)_ml.SaveAndLoad(model, _data.Schema) : model;
    }

    // How much the metric drops for Main, Side and Noise.
    private static void CheckRanking(IEnumerable<double> drops)
    {
        var (main, side, noise) = drops.ToArray() is [var first, var second, var third]
            ? (first, second, third)
            : throw new InvalidOperationException("not three features");
        Assert.True(main > side && side > noise && main > 0.15, $"Main {main:F3}, Side {side:F3}, Noise {noise:F3}");
        Assert.InRange(noise, -0.05, 0.05);
    }
}
