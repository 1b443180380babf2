// Which of several things are true of a picture, when any number of them may be? One network with a yes or no for each.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var digits = ml.Data.LoadFromTextFile<Digit>(Path.Combine(AppContext.BaseDirectory, "digits8x8.csv"), separatorChar: ',', hasHeader: true);

// Four properties of the digit in the picture, as four columns of Boolean, which together are the label: a vector of known size.
var properties = ml.Transforms.CustomMapping<Digit, Properties>(
        (digit, is_) =>
            (is_.Even, is_.Prime, is_.AboveFive, is_.Round) = (
                digit.Value % 2 == 0, digit.Value is 2 or 3 or 5 or 7, digit.Value > 5, digit.Value is 0 or 6 or 8 or 9),
                contractName: null)
    .Append(
        ml.Transforms.Concatenate(
            "Properties", nameof(Properties.Even), nameof(Properties.Prime), nameof(Properties.AboveFive), nameof(Properties.Round)));
var data = ml.Data.TrainTestSplit(properties.Fit(digits).Transform(digits), testFraction: 0.25);

var trainer = ml.MulticlassClassification.Trainers.Backprop(new BackpropTrainer.Options
{
    Preset = Preset.Plain,
    LabelColumnName = "Properties",
    FeatureColumnName = nameof(Digit.Pixels),
    HiddenLayers = [64],
    NumberOfIterations = 30,
});
var model = trainer.Fit(data.TrainSet);

var metrics = ml.MulticlassClassification.EvaluateMultiLabel(model.Transform(data.TestSet), "Properties");
foreach (var label in metrics.Labels)
    Console.WriteLine($"{label.Name,-9}: F1 {label.F1Score:F3}, AUC {label.AreaUnderRocCurve:F4}");
Console.WriteLine(
    $"all four right: {metrics.SubsetAccuracy:P1}; single answers wrong: {metrics.HammingLoss:P1}; F1 micro {metrics.MicroF1Score:F3}, " +
        $"macro {metrics.MacroF1Score:F3}");

foreach (var row in ml.Data.CreateEnumerable<Prediction>(model.Transform(data.TestSet), reuseRowObject: false).Take(5))
    Console.WriteLine(
        $"a {row.Value}: " + string.Join(
            ", ", metrics.Labels.Select((label, i) => $"{label.Name} {(row.PredictedLabel[i] ? "yes" : "no")} ({row.Probability[i]:P0})")));

internal sealed class Digit
{
    [LoadColumn(0, 63), VectorType(64)]
    public float[] Pixels { get; set; } = [];

    [LoadColumn(64)]
    public float Value { get; set; }
}

internal sealed class Properties
{
    public bool Even { get; set; }
    public bool Prime { get; set; }
    public bool AboveFive { get; set; }
    public bool Round { get; set; }
}

internal sealed class Prediction
{
    public float Value { get; set; }
    public bool[] PredictedLabel { get; set; } = [];
    public float[] Probability { get; set; } = [];
}
