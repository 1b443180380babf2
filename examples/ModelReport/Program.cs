// Should this model be used? One page about it, measured on rows that training did not see.
using System.Globalization;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var path = Path.Combine(AppContext.BaseDirectory, "breast_cancer_wdbc.csv");
var names = File.ReadLines(path).First().Split(',');
var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
{
    HasHeader = true,
    Separators = [','],
    Columns =
    [
        .. names[..^1].Select((name, i) => new TextLoader.Column(name, DataKind.Single, i)),
        new TextLoader.Column("Malignant", DataKind.Boolean, names.Length - 1),
    ],
});
var split = ml.Data.TrainTestSplit(data, testFraction: 0.3, seed: 1);

var options = new BackpropTrainer.Options
{
    Preset = Preset.Plain,
    LabelColumnName = "Malignant",
    HiddenLayers = [32, 16],
    NumberOfIterations = 60,
    ValidationFraction = 0.2,
    EarlyStopping = new EarlyStopping { Patience = 20 },
    Seed = 1,
};
var model = ml.Transforms.Concatenate("Features", names[..^1]).Append(ml.BinaryClassification.Trainers.Backprop(options))
    .Fit(split.TrainSet);

var report = ml.Model.CreateReport(model, split.TestSet, new ModelReportOptions
{
    Title = "Breast cancer: benign or malignant",
    NotFor = ["Diagnosis without a physician. The model has not been tested in a clinic."],
});
report.SaveHtml("report.html");

foreach (var metric in report.Metrics)
    Console.WriteLine($"{metric.Metric.GetType().Name}: {metric.Value:F3} ({metric.Lower:F3} to {metric.Upper:F3})");
Console.WriteLine($"most important: {string.Join(", ", report.Importance.Take(3).Select(column => column.Name))}");
Console.WriteLine($"{report.Warnings.Count} warnings, {report.NotFor.Count} limits of use; the page: report.html");
