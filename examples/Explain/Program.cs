// Why does the model predict this? The columns that raise and lower the prediction for one patient, by two methods.
using System.Globalization;
using Backprop.Explanations;
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
    Columns = [.. names.Select((name, i) => new TextLoader.Column(name, name == "sex" ? DataKind.String : DataKind.Single, i))],
});

// Sex is a category. It is explained like the measurements.
string[] measurements = [.. names[..^1].Where(name => name != "sex")];
var model = ml.Transforms.Concatenate("Features", measurements)
    .Append(ml.Transforms.Conversion.MapValueToKey("sex"))
    .Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = "progression",
        CategoricalFeatureColumnNames = ["sex"],
        HiddenLayers = [8],
        NumberOfIterations = 30,
        Seed = 1,
    }))
    .Fit(data);
var patients = model.Transform(data);
var explanations = model.LastTransformer.Explain(patients);
var worst = explanations.MaxBy(explanation => explanation.Score)!;
Console.WriteLine($"The patient with the highest prediction: {worst}");

// Shapley values need more scores, and consider columns together. Both sum up to the same difference.
var options = new ExplanationOptions { Method = ExplanationMethod.ShapleySampling };
var sampled = model.LastTransformer.Explain(patients, options).MaxBy(explanation => explanation.Score)!;
Console.WriteLine("By Shapley values:");
foreach (var column in sampled.Columns.Take(3)) Console.WriteLine($"  {column} ± {column.StandardError:F2}");

// Over all patients, the mean magnitude of the contributions shows which columns the model uses.
Console.WriteLine("Mean magnitude over all patients:");
var magnitudes = explanations.SelectMany(explanation => explanation.Columns).GroupBy(column => column.Name)
    .Select(columns => (Name: columns.Key, Mean: columns.Average(column => Math.Abs(column.Contribution))));
foreach (var (name, mean) in magnitudes.OrderByDescending(column => column.Mean).Take(3)) Console.WriteLine($"  {name,-4} {mean:F1}");
