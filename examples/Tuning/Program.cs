// What does a minute of search bring? The default preset, the preset Best, and the trials behind it.
using System.Globalization;
using Backprop.ML;
using Backprop.Presets;
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
    Columns = [
        .. names[..^1].Select((name, i) => new TextLoader.Column(name, DataKind.Single, i)),
        new(names[^1], DataKind.Boolean, names.Length - 1)],
});
var features = ml.Transforms.Concatenate("Features", names[..^1]);
var prepared = features.Fit(data).Transform(data);
var parts = ml.Data.TrainTestSplit(prepared, testFraction: 0.3, seed: 1);

// The values of the preset alone, then twelve trials with other values. Smaller networks keep the example short.
var options = new BackpropTrainer.Options { LabelColumnName = names[^1], HiddenLayers = [32, 32], NumberOfIterations = 60, Seed = 1 };
var alone = ml.BinaryClassification.Trainers.Backprop(options).Fit(parts.TrainSet);
var result = new BackpropTuner(ml, options, new Search { MaximumTrials = 12 }).Fit(parts.TrainSet);
Console.WriteLine($"default preset: log-loss {LogLoss(alone):F4}");
Console.WriteLine($"blend of a search: log-loss {LogLoss(result.Transformer):F4}");

Console.WriteLine("trials of the blend, and how often each counts:");
foreach (var trial in result.Trials.Where(trial => trial.Copies > 0))
{
    var values = trial.Values.Count == 0
        ? "the preset"
        : $"learning rate {trial.Values["LearningRate"]}, dropout {trial.Values["Dropout"]}";
    Console.WriteLine($"  trial {trial.Number,2}, {trial.NumberOfIterations} epochs, {trial.Copies} times: {values}");
}

// One file, like any other model.
var file = Path.Combine(AppContext.BaseDirectory, "tuned.zip");
ml.Model.Save(result.Transformer, prepared.Schema, file);
var loaded = ml.Model.Load(file, out _);
Console.WriteLine($"loaded from tuned.zip: log-loss {LogLoss(loaded):F4}");

double LogLoss(ITransformer model) => ml.BinaryClassification.Evaluate(model.Transform(parts.TestSet), names[^1]).LogLoss;
