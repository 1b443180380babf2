using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.EndToEnd;

/// <summary>The accuracy of the defaults, or of a faster preset where there are more rows, on real data with a fixed seed.</summary>
/// <remarks>Iris has five folds, breast cancer two. Larger sets are trained on one half and tested on the other, to save time. Bounds are
/// about one standard error below what scikit-learn's MLPClassifier reaches with its defaults and five folds: iris 0.947, breast cancer
/// 0.975, digits 0.977.</remarks>
[Trait("Category", "RealData")]
public class RealDataTests
{
    private readonly MLContext _ml = new(seed: 3);

    [Fact]
    public void Iris_flowers_are_told_apart()
    {
        var (data, pipeline) = Classes("iris.csv", "class", Preset.Default);
        var folds = _ml.MulticlassClassification.CrossValidate(data, pipeline, 5, "class");
        Assert.InRange(folds.Average(fold => fold.Metrics.MicroAccuracy), 0.95, 1);
    }

    [Fact]
    public void Digits_are_read()
    {
        var (data, pipeline) = Classes("digits8x8.csv", "digit", Preset.Fast);
        Assert.InRange(_ml.MulticlassClassification.Evaluate(ScoredHalf(data, pipeline), "digit").MicroAccuracy, 0.97, 1);
    }

    [Fact]
    public void Breast_cancer_is_recognised()
    {
        var data = Load(TestData.Shipped("breast_cancer_wdbc.csv"), "class", DataKind.Boolean, [], out var features);
        var pipeline = _ml.Transforms.Concatenate("Features", features).Append(
            _ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options { LabelColumnName = "class", Preset = Preset.Fast }));
        var folds = _ml.BinaryClassification.CrossValidate(data, pipeline, 2, "class");
        Assert.InRange(folds.Average(fold => fold.Metrics.Accuracy), 0.965, 1);
        Assert.All(folds, fold => Assert.True(double.IsFinite(fold.Metrics.LogLoss)));
    }

    [SharedDataFact("california_housing.csv")]
    public void House_prices_are_estimated()
    {
        var data = Load(
            TestData.Shared("california_housing.csv")!, "median_house_value", DataKind.Single, ["ocean_proximity"], out var features);
        var pipeline = _ml.Transforms.ReplaceMissingValues("total_bedrooms")
            .Append(_ml.Transforms.Categorical.OneHotEncoding("ocean_proximity"))
            .Append(_ml.Transforms.Concatenate("Features", features))
            .Append(
                _ml.Regression.Trainers.Backprop(
                    new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "median_house_value" }));
        Assert.InRange(_ml.Regression.Evaluate(ScoredHalf(data, pipeline), "median_house_value").RSquared, 0.76, 1);
    }

    private (IDataView Data, IEstimator<ITransformer> Pipeline) Classes(string file, string label, Preset preset)
    {
        var data = Load(TestData.Shipped(file), label, DataKind.String, [], out var features);
        var options = new BackpropTrainer.Options { LabelColumnName = label, Preset = preset };
        var pipeline = _ml.Transforms.Conversion.MapValueToKey(label).Append(_ml.Transforms.Concatenate("Features", features))
            .Append(_ml.MulticlassClassification.Trainers.Backprop(options));
        return (data, pipeline);
    }

    private IDataView ScoredHalf(IDataView data, IEstimator<ITransformer> pipeline)
    {
        var halves = _ml.Data.TrainTestSplit(data, testFraction: 0.5);
        return pipeline.Fit(halves.TrainSet).Transform(halves.TestSet);
    }

    private IDataView Load(string path, string label, DataKind labelKind, string[] categories, out string[] features)
    {
        var names = File.ReadLines(path).First().Split(',');
        features = [.. names.Where(name => name != label)];
        var columns = names.Select((name, i) =>
            new TextLoader.Column(name, name == label ? labelKind : categories.Contains(name) ? DataKind.String : DataKind.Single, i));
        return _ml.Data.LoadFromTextFile(path, new TextLoader.Options { Columns = [.. columns], HasHeader = true, Separators = [','] });
    }
}
