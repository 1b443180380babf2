using Backprop.Activations;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

// folder → binary-v1.zip, multiclass-v1.zip and regression-v1.zip in it.
var ml = new MLContext(seed: 1);
var random = new Random(1);
Row[] rows = [.. Enumerable.Range(0, 200).Select(_ => Row.Make(random.NextSingle() * 4 - 2, random.NextSingle() * 4 - 2))];
var data = ml.Data.LoadFromEnumerable(rows);

Save("binary", Trainer(nameof(Row.Flag), new ReLU()));
Save("regression", Trainer(nameof(Row.Value), new Sigmoid()));
Save("multiclass", ml.Transforms.Conversion.MapValueToKey("Class", nameof(Row.Kind))
    .Append(Trainer("Class", new Tanh()))
    .Append(ml.Transforms.Conversion.MapKeyToValue("Tree", "PredictedLabel")));

BackpropTrainer Trainer(string label, Activation activation) => new(ml, new BackpropTrainer.Options
{
    Preset = Preset.Plain,
    LabelColumnName = label,
    HiddenLayers = [8, 8],
    Activation = activation,
    NumberOfIterations = 60,
    Seed = 1,
});

void Save<T>(string name, IEstimator<T> estimator) where T : class, ITransformer
{
    var path = Path.Combine(args[0], $"{name}-v1.zip");
    ml.Model.Save(estimator.Fit(data), data.Schema, path);
    Console.WriteLine(path);
}

/// <summary>Features of which the last is constant, and a label for each of three tasks.</summary>
internal sealed class Row
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];

    public bool Flag { get; set; }

    public string Kind { get; set; } = "";

    public float Value { get; set; }

    public static Row Make(float a, float b)
    {
        var other = b > 0 ? "ash" : "birch";
        return new Row { Features = [a, b, 7], Flag = a > b, Kind = a < -0.5f ? "cedar" : other, Value = 10 * a - b + 50 };
    }
}
