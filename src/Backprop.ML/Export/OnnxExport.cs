using System.Reflection;
using System.Text.Json;
using Backprop.Export;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Export;

/// <summary>Writes a network by itself as a file of ONNX.</summary>
/// <param name="model">The network and its columns.</param>
/// <param name="context">For the error messages.</param>
internal sealed class OnnxExport(BackpropModelParameters model, IExceptionContext context)
{
    /// <summary>The names of tensors. A category column has its own name.</summary>
    public const string Features = "features", Scores = "scores", Predictions = "predictions";

    /// <summary>The names of tensors that only some models have.</summary>
    public const string Intervals = "intervals", PredictionSets = "prediction_sets", Uncertainties = "uncertainties";

    /// <summary>Writes the file.</summary>
    /// <exception cref="NotSupportedException">A custom layer, activation or loss; the message names it.</exception>
    public void WriteTo(Stream stream)
    {
        var columns = model.Columns;
        var file = new OnnxFile();
        var features = columns.Features.Size > 0 ? Features : null;
        if (features is not null) file.Input(features, ElementType.Single, columns.Features.Size);
        string[] categories = [.. columns.Categories.Select(column => column.Name)];
        foreach (var column in columns.Categories) file.Input(column.Name, ElementType.Int64, column.Width);

        var x = new InputTensors(context, file).Of(columns, features, categories);
        WriteOutputs(file, model.Network, x);
        file.WriteTo(stream, Version, Metadata());
    }

    /// <summary>Writes a network whose inputs are all features.</summary>
    /// <exception cref="NotSupportedException">A custom layer, activation or loss; the message names it.</exception>
    public static void Write(TrainedNetwork network, Stream stream)
    {
        var file = new OnnxFile();
        file.Input(Features, ElementType.Single, network.Network.Inputs);
        WriteOutputs(file, network, Features);
        file.WriteTo(stream, Version, []);
    }

    private static void WriteOutputs(OnnxFile file, TrainedNetwork network, string x)
    {
        var tensors = GraphWriter.Write(network, file, x);
        file.Begin("outputs");
        file.Output(Scores, tensors.Scores, ElementType.Single, network.Network.Outputs);
        file.Output(Predictions, tensors.Predictions, ElementType.Single, network.Network.Outputs);
        var ends = network.Loss.TargetKind == TargetKind.Real ? Intervals : PredictionSets;
        if (tensors.Ends is not null) file.Output(ends, tensors.Ends, ElementType.Single, UncertaintyScorer.EndsOf(network));
        foreach (var (output, tensor) in network.HiddenOutputs.Zip(tensors.Hidden))
            file.Output(output.Name, tensor, ElementType.Single, output.WidthIn(network.Network));
        if (tensors.Spread is not null) file.Output(Uncertainties, tensors.Spread, ElementType.Single, network.Network.Outputs);
    }

    private static string Version =>
        typeof(OnnxExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private IEnumerable<KeyValuePair<string, string>> Metadata()
    {
        var columns = model.Columns;
        yield return new("task", model.Task.Name);
        yield return new("loss", InvariantText.Of(model.Network.Loss));
        if (model.Summary.Preset is { } preset) yield return new("preset", preset);
        if (columns.Features.Names.Count > 0) yield return Names("feature_names", columns.Features.Names);
        foreach (var column in columns.Categories)
            if (column.Keys.Names.Count > 0) yield return Names($"values_of_{column.Name}", column.Keys.Names);
        if (columns.Classes is { } classes) yield return Names("class_names", classes.NamesOrKeys);
        if (columns.Targets is { Names.Count: > 0 } targets) yield return Names("target_names", targets.Names);
    }

    private static KeyValuePair<string, string> Names(string key, IReadOnlyList<string> names) => new(key, JsonSerializer.Serialize(names));
}
