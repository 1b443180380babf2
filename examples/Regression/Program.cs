// How far will diabetes progress in a year? Cross-validation against a linear model, the learning curve, and which measurements matter.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var path = Path.Combine(AppContext.BaseDirectory, "diabetes_progression.csv");
var names = File.ReadLines(path).First().Split(',');
var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
{
    HasHeader = true,
    Separators = [','],
    Columns = [.. names.Select((name, i) => new TextLoader.Column(name, DataKind.Single, i))],
});

// 442 patients are few: a small network and few epochs. With no hidden layer, the same trainer fits a linear model.
var featurize = ml.Transforms.Concatenate("Features", names[..^1]);
var network = featurize.Append(
    ml.Regression.Trainers.Backprop(
        new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "progression",
            HiddenLayers = [8],
            NumberOfIterations = 30
        }));
var linear = featurize.Append(
    ml.Regression.Trainers.Backprop(
        new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "progression", HiddenLayers = [] }));
foreach (var (name, pipeline) in new (string, IEstimator<ITransformer>)[] { ("network", network), ("linear", linear) })
{
    var folds = ml.Regression.CrossValidate(data, pipeline, numberOfFolds: 5, labelColumnName: "progression");
    Console.WriteLine(
        $"{name,-7}: RMSE {folds.Average(fold => fold.Metrics.RootMeanSquaredError):F1}, R² " +
            $"{folds.Average(fold => fold.Metrics.RSquared):F3}");
}

// The importance of a column is measured on rows that did not train.
var parts = ml.Data.TrainTestSplit(data, testFraction: 0.2, seed: 1);
var model = network.Fit(parts.TrainSet);
var trained = model.LastTransformer.Model;
Console.WriteLine($"network {trained.Network.Network}, {trained.Network.Parameters.Length} parameters");
foreach (var epoch in trained.History.Where(epoch => epoch.Epoch % 10 == 0))
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainingLoss:F3}");

var importance = ml.Regression.PermutationFeatureImportance(
    model.LastTransformer, model.Transform(parts.TestSet), "progression", permutationCount: 5);
foreach (var (name, metrics) in names.Zip(importance).OrderByDescending(pair => pair.Second.RootMeanSquaredError.Mean).Take(3))
    Console.WriteLine($"without {name} the error grows by {metrics.RootMeanSquaredError.Mean:F1}");
