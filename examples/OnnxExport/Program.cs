// How does a model leave .NET? This program writes a pipeline and a network as ONNX, and compares the scores of ONNX Runtime with its own.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var rows = ml.Data.LoadFromEnumerable(Parcel.Many(300, seed: 1));
var unseen = ml.Data.LoadFromEnumerable(Parcel.Many(100, seed: 2));
var options = new BackpropTrainer.Options { Preset = Preset.Plain, NumberOfIterations = 30, HiddenLayers = [16] };
var model = ml.Transforms.Concatenate("Features", nameof(Parcel.Weight), nameof(Parcel.Distance))
    .Append(ml.BinaryClassification.Trainers.Backprop(options)).Fit(rows);
float[] expected = [.. model.Transform(unseen).GetColumn<float>("Probability")];

// The label is no input of the graph, because the data that is given to the converter does not have it.
var inputs = ml.Transforms.SelectColumns(nameof(Parcel.Weight), nameof(Parcel.Distance)).Fit(rows).Transform(rows);
using var pipeline = new MemoryStream();
ml.Model.ConvertToOnnx(model, ml.Data.Cache(inputs), pipeline);
using (var session = new InferenceSession(pipeline.ToArray()))
{
    Console.WriteLine($"pipeline: {string.Join(", ", session.InputMetadata.Keys)} → {string.Join(", ", session.OutputMetadata.Keys)}");
    using var results = session.Run([Column(nameof(Parcel.Weight)), Column(nameof(Parcel.Distance))]);
    Compare(results.Single(result => result.Name == "Probability.output"));
}

// The network by itself needs no converter: features in, scores and predictions out.
using var network = new MemoryStream();
model.LastTransformer.Model.SaveAsOnnx(network);
using (var session = new InferenceSession(network.ToArray()))
{
    Console.WriteLine($"network: {string.Join(", ", session.InputMetadata.Keys)} → {string.Join(", ", session.OutputMetadata.Keys)}");
    foreach (var (key, value) in session.ModelMetadata.CustomMetadataMap.OrderBy(pair => pair.Key)) Console.WriteLine($"  {key}: {value}");
    float[] features = [.. Parcel.Many(100, seed: 2).SelectMany(parcel => new[] { parcel.Weight, parcel.Distance })];
    using var results = session.Run([NamedOnnxValue.CreateFromTensor("features", new DenseTensor<float>(features, [100, 2]))]);
    Compare(results.Single(result => result.Name == "predictions"));
}

NamedOnnxValue Column(string name)
{
    float[] values = [.. unseen.GetColumn<float>(name)];
    return NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(values, [values.Length, 1]));
}

void Compare(DisposableNamedOnnxValue result)
{
    var difference = result.AsEnumerable<float>().Zip(expected, (theirs, ours) => Math.Abs(theirs - ours)).Max();
    Console.WriteLine($"  the largest difference of {expected.Length} probabilities is below 0.00001: {difference < 1e-5}");
}

/// <summary>A delivery.</summary>
internal sealed class Parcel
{
    public float Weight { get; set; }

    public float Distance { get; set; }

    /// <summary>Whether it was late.</summary>
    public bool Label { get; set; }

    /// <summary>Makes some.</summary>
    public static Parcel[] Many(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float weight = 30 * random.NextSingle(), distance = 1000 * random.NextSingle();
            return new Parcel { Weight = weight, Distance = distance, Label = distance + 10 * weight + 200 * random.NextSingle() > 750 };
        })];
    }
}
