// "train" trains and saves; "predict" loads in a process that has trained nothing. Both print the same predictions.
using System.Globalization;
using Backprop.Activations;
using Backprop.Checking;
using Backprop.Losses;
using Backprop.ML;
using Backprop.Networks;
using Backprop.Numerics;
using Microsoft.ML;

var ml = new MLContext(seed: 1);
var rows = Enumerable.Range(0, 200).Select(i => new Row { A = i % 20 / 10f - 1, B = i / 20 / 5f - 1 }).ToArray();
foreach (var row in rows) row.Label = row.A * row.B > 0;
var data = ml.Data.LoadFromEnumerable(rows);

if (args is ["train"])
{
    var options = new BackpropTrainer.Options
    {
        Preset = Preset.Plain, HiddenLayers = [16], Activation = new Tanh(), NumberOfIterations = 50
    };
    var model = ml.Transforms.Concatenate("Features", "A", "B").Append(ml.BinaryClassification.Trainers.Backprop(options)).Fit(data);
    CheckGradient(); // what it needs travels inside the package
    ml.Model.Save(model, data.Schema, "model.zip");
    Print(model);
}
else
{
    Print(ml.Model.Load("model.zip", out _));
}

void Print(ITransformer model)
{
    foreach (var prediction in ml.Data.CreateEnumerable<Prediction>(model.Transform(data), reuseRowObject: false).Take(20))
        Console.WriteLine(prediction.Probability.ToString("R", CultureInfo.InvariantCulture));
}

void CheckGradient()
{
    var result = GradientCheck.Run(
        Network.FullyConnected(2, [8], 1, new Tanh()), new LogisticLoss(), new ReadOnlyMatrix([1, 2, -1, 0.5f], 2, 2),
        new ReadOnlyMatrix([0, 1], 2, 1));
    if (!result.Passed || !result.InDouble) throw new InvalidOperationException(result.ToString());
}

internal sealed class Row
{
    public float A { get; set; }
    public float B { get; set; }
    public bool Label { get; set; }
}

internal sealed class Prediction
{
    public float Probability { get; set; }
}
