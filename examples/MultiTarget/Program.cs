// How large is the petal of a flower whose sepal we measured? One network that predicts several numbers.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var data = ml.Data.LoadFromTextFile<Flower>(Path.Combine(AppContext.BaseDirectory, "iris.csv"), separatorChar: ',', hasHeader: true);

// A label column that is a vector of known size makes the task: one output for each of its slots. Concatenate names them.
var pipeline = ml.Transforms.Concatenate("Petal", nameof(Flower.PetalLength), nameof(Flower.PetalWidth))
    .Append(ml.Transforms.Categorical.OneHotEncoding("Species"))
    .Append(ml.Transforms.Concatenate("Features", nameof(Flower.SepalLength), nameof(Flower.SepalWidth), "Species"))
    .Append(
        ml.Regression.Trainers.Backprop(
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Petal",
                HiddenLayers = [16],
                NumberOfIterations = 60
            }));

var folds = ml.Regression.CrossValidateMultiTarget(data, pipeline, labelColumnName: "Petal");
foreach (var target in folds.SelectMany(fold => fold.Metrics.Targets).GroupBy(target => target.Name))
    Console.WriteLine(
        $"{target.Key,-11}: RMSE {target.Average(t => t.RootMeanSquaredError):F2} cm, R² {target.Average(t => t.RSquared):F2}");
Console.WriteLine(
    $"both       : RMSE {folds.Average(fold => fold.Metrics.RootMeanSquaredError):F2} cm, R² " +
        $"{folds.Average(fold => fold.Metrics.RSquared):F2}");

var engine = ml.Model.CreatePredictionEngine<Flower, Petal>(pipeline.Fit(data));
var flower = new Flower { SepalLength = 6.3f, SepalWidth = 2.9f, Species = "virginica" };
var score = engine.Predict(flower).Score;
Console.WriteLine($"{flower.Species}, sepal {flower.SepalLength} × {flower.SepalWidth} cm: petal {score[0]:F1} × {score[1]:F1} cm");

internal sealed class Flower
{
    [LoadColumn(0)]
    public float SepalLength { get; set; }

    [LoadColumn(1)]
    public float SepalWidth { get; set; }

    [LoadColumn(2)]
    public float PetalLength { get; set; }

    [LoadColumn(3)]
    public float PetalWidth { get; set; }

    [LoadColumn(4)]
    public string Species { get; set; } = "";
}

internal sealed class Petal
{
    public float[] Score { get; set; } = [];
}
