// Is a tumour malignant? Probabilities, cross-validation, and early stopping on validation data.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var path = Path.Combine(AppContext.BaseDirectory, "breast_cancer_wdbc.csv");
var columns = File.ReadLines(path).First().Split(',');
var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
{
    HasHeader = true,
    Separators = [','],
    Columns =
    [
        new TextLoader.Column("Features", DataKind.Single, 0, columns.Length - 2),
        new TextLoader.Column("Malignant", DataKind.Boolean, columns.Length - 1),
    ],
});

// Raw columns go in: the model standardizes them itself. A plain network shows early stopping by patience.
var trainer = ml.BinaryClassification.Trainers.Backprop(
    new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Malignant", HiddenLayers = [32] });
var folds = ml.BinaryClassification.CrossValidate(data, trainer, numberOfFolds: 5, labelColumnName: "Malignant");
Console.WriteLine(
    $"five folds: accuracy {folds.Average(fold => fold.Metrics.Accuracy):F3}, AUC " +
        $"{folds.Average(fold => fold.Metrics.AreaUnderRocCurve):F3}");

// With validation data, training ends when its loss stops falling, and the best weights are kept.
var split = ml.Data.TrainTestSplit(data, testFraction: 0.4);
var rest = ml.Data.TrainTestSplit(split.TestSet, testFraction: 0.5);
var (train, validation, test) = (split.TrainSet, rest.TrainSet, rest.TestSet);
var model = trainer.Fit(train, validation);
Console.WriteLine($"stopped after epoch {model.Model.History.Count}; the weights are those of epoch {model.Model.BestEpoch}");

var metrics = ml.BinaryClassification.Evaluate(model.Transform(test), "Malignant");
Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

foreach (var row in ml.Data.CreateEnumerable<Prediction>(model.Transform(test), reuseRowObject: false).Take(5))
    Console.WriteLine($"malignant: {row.Malignant,-5}  predicted: {row.PredictedLabel,-5}  probability {row.Probability:F3}");

internal sealed class Prediction
{
    public bool Malignant { get; set; }
    public bool PredictedLabel { get; set; }
    public float Probability { get; set; }
}
