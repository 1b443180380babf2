// What happened during training? A progress bar while it runs, then a page of charts, files for a spreadsheet, and TensorBoard.
using System.Globalization;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.Reports;
using Backprop.Training;
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

var options = new BackpropTrainer.Options
{
    Preset = Preset.Plain,
    LabelColumnName = "Malignant",
    HiddenLayers = [32, 16],
    NumberOfIterations = 60,
    ValidationFraction = 0.2,
    EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve(), Patience = 20 },
    Diagnostics = true, // how strong the gradients are in every layer
    TensorBoardDirectory = "runs",
};
var model = ConsoleProgress.Show(options, () => ml.BinaryClassification.Trainers.Backprop(options).Fit(data));

var history = model.Model.History;
var best = history[model.Model.BestEpoch - 1];
Console.WriteLine(
    $"{history.Count} epochs; the best was epoch {best.Epoch}: validation loss {best.ValidationLoss:F3}, AUC {best.ValidationMetric:F4}");

history.SaveHtml("training.html", "Breast cancer, 30-32-16-1", model.Model.Summary);
history.SaveCsv("training.csv");
history.SaveJson("training.json");
Console.WriteLine("charts: training.html; values: training.csv, training.json; tensorboard --logdir runs");
