using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>The code of docs/start/from-scikit-learn.md, from-keras.md and from-lightgbm.md.</summary>
public class ComingFromGuide
{
    [Fact]
    public void From_scikit_learn()
    {
        using var Console = new StringWriter();
        var ml = new MLContext(seed: 1);
        var data = Customers(ml);

        #region from-scikit-learn
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2, seed: 1);
        var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.ScikitLearn,
            LabelColumnName = "Left",
            MissingValues = MissingValues.Median,
            NormalizeFeatures = true,
            HiddenLayers = [64],
            NumberOfIterations = 500,
        });
        var model = ml.Transforms.Categorical.OneHotEncoding("Contract")
            .Append(ml.Transforms.Concatenate("Features", "Months", "Fee", "Calls", "Contract"))
            .Append(trainer).Fit(split.TrainSet);
        var metrics = ml.BinaryClassification.Evaluate(model.Transform(split.TestSet), "Left");
        Console.WriteLine($"accuracy {metrics.Accuracy:F2}");
        #endregion
        Assert.InRange(metrics.Accuracy, 0.75, 1);
    }

    [Fact]
    public void From_keras()
    {
        using var Console = new StringWriter();
        #region from-keras
        var ml = new MLContext(seed: 1);
        TextLoader.Column[] columns = [new("Features", DataKind.Single, 0, 9), new("Label", DataKind.Single, 10)];
        var data = ml.Data.LoadFromTextFile("diabetes_progression.csv", columns, separatorChar: ',', hasHeader: true);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);
        var model = ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Plain, // two layers of 64 units, ReLU, Adam
            Dropout = 0.1,
            BatchSize = 32,
            NumberOfIterations = 200,
            ValidationFraction = 0.2,
        }).Fit(split.TrainSet);
        var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet));
        Console.WriteLine($"epochs {model.Model.History.Count}, RMSE {metrics.RootMeanSquaredError:F1}");
        #endregion
        Assert.InRange(metrics.RootMeanSquaredError, 40, 75);
        Assert.InRange(model.Model.History.Count, 10, 200);
    }

    [Fact]
    public void From_lightgbm()
    {
        using var Console = new StringWriter();
        var ml = new MLContext(seed: 1);
        var data = Customers(ml);

        #region from-lightgbm
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2, seed: 1);
        var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Fast,
            LabelColumnName = "Left",
            CategoricalFeatureColumnNames = ["Contract"],
        });
        var model = ml.Transforms.Conversion.MapValueToKey("Contract")
            .Append(ml.Transforms.Concatenate("Features", "Months", "Fee", "Calls"))
            .Append(trainer).Fit(split.TrainSet);
        var scored = model.Transform(split.TestSet);
        Console.WriteLine($"AUC {ml.BinaryClassification.Evaluate(scored, "Left").AreaUnderRocCurve:F2}");
        foreach (var column in ml.BinaryClassification.ColumnImportance(model.LastTransformer, scored).Columns)
            Console.WriteLine($"{column.Name}: {column.Mean:F2}");
        #endregion
        Assert.Contains("Calls", Console.ToString(), StringComparison.Ordinal);
    }

    private static IDataView Customers(MLContext ml) => ml.Data.LoadFromTextFile("customers.csv", new TextLoader.Options
    {
        HasHeader = true,
        Separators = [','],
        MissingRealsAsNaNs = true,
        Columns =
        [
            new TextLoader.Column("Months", DataKind.Single, 0),
            new TextLoader.Column("Fee", DataKind.Single, 1),
            new TextLoader.Column("Calls", DataKind.Single, 2),
            new TextLoader.Column("Contract", DataKind.String, 3),
            new TextLoader.Column("Left", DataKind.Boolean, 4),
        ],
    });
}
