// What if values are missing, and some columns are no numbers? Four ways to fill gaps, and categories without one-hot encoding.
using System.Globalization;
using Backprop.Layers;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var path = Path.Combine(AppContext.BaseDirectory, "diabetes_progression.csv");
var names = File.ReadLines(path).First().Split(',');

// Sex is a category, not a number; the nine measurements stay numbers. A quarter of the patients were never asked for body mass and blood
// pressure.
var lost = new Random(7);
var patients = File.ReadLines(path).Skip(1).Select(line => line.Split(',')).Select(cells =>
{
    var numbers = cells.Select(float.Parse).ToArray();
    var measured = lost.NextDouble() >= 0.25;
    return new Patient
    {
        Sex = cells[1],
        Measurements = [numbers[0], measured ? numbers[2] : float.NaN, measured ? numbers[3] : float.NaN, .. numbers[4..10]],
        Progression = numbers[10],
    };
}).ToArray();
var data = ml.Data.LoadFromEnumerable(patients);
Console.WriteLine($"{patients.Length} patients; {patients.Count(patient => patient.Measurements.Any(float.IsNaN))} have gaps");

IEstimator<ITransformer> Pipeline(MissingValues missing) =>
    ml.Transforms.Conversion.MapValueToKey("Sex").Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = nameof(Patient.Progression),
        FeatureColumnName = nameof(Patient.Measurements),
        CategoricalFeatureColumnNames = ["Sex"],
        MissingValues = missing,
        HiddenLayers = [8],
        NumberOfIterations = 30,
        Seed = 1,
    }));

// Skip learns from whole rows only, and has no answer for the others: its error is of the rows that it does answer.
var split = ml.Data.TrainTestSplit(data, testFraction: 0.3);
foreach (var missing in Enum.GetValues<MissingValues>())
{
    var scored = Pipeline(missing).Fit(split.TrainSet).Transform(split.TestSet);
    var answers = scored.GetColumn<float>("Score").Zip(scored.GetColumn<float>(nameof(Patient.Progression))).ToArray();
    var given = answers.Where(answer => !float.IsNaN(answer.First)).ToArray();
    Console.WriteLine(
        $"{missing,-8}: {given.Length,3} of {answers.Length} patients have an answer, with RMSE " +
            $"{Math.Sqrt(given.Average(answer => Math.Pow(answer.First - answer.Second, 2))):F1}");
}

internal sealed class Patient
{
    public string Sex { get; set; } = "";

    [VectorType(9)]
    public float[] Measurements { get; set; } = [];

    public float Progression { get; set; }
}
