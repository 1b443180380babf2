using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Persistence;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Persistence;

/// <summary>The content of this library's ML.NET model file. Only this class writes and reads it.</summary>
/// <remarks>
/// ML.NET writes a zip file with one folder per step. The folder of this library contains the transformer: column names, threshold,
/// training schema. Its subfolder <c>Model</c> contains the model parameters: the name of the task, the columns in the format of
/// <see cref="ColumnsFormat"/>, and an entry <c>Network</c> in the format of <see cref="NetworkFormat"/>. Both folders have a
/// <see cref="FolderChecksum"/>, which is compared before anything else is read. docs/reference/model-file.md describes the file.
/// </remarks>
internal static class ModelFile
{
    public const string TransformerSignature = "BackpropTransformer", ModelSignature = "BackpropModelParameters";

    private const string ModelFolder = "Model", NetworkEntry = "Network", SchemaEntry = "TrainSchema";

    // The file contains the simple name of the assembly, so that a model from a later version of this assembly can still be loaded.
    private static readonly string AssemblyName = typeof(ModelFile).Assembly.GetName().Name!;

    private const uint FormatVersion = 0x00010003;

    public static VersionInfo TransformerVersion => Version("BPRPTRAN", TransformerSignature);

    public static VersionInfo ModelVersion => Version("BPRPMODL", ModelSignature);

    public static void WriteTransformer(
        ModelSaveContext context, IHost host, BackpropTransformer transformer, InputColumns inputs, DecisionThreshold threshold)
    {
        var folder = new FolderWriter(context, TransformerVersion);
        folder.WriteFolder(ModelFolder, transformer.Model.WriteTo);
        folder.Write(SchemaEntry, stream => WriteSchema(host, transformer.TrainSchema, stream));
        context.SaveStringOrNull(inputs.Features);
        context.SaveStringOrNull(transformer.LabelColumnName);
        context.Writer.Write(inputs.Categories.Count);
        foreach (var name in inputs.Categories) context.SaveNonEmptyString(name);
        context.Writer.Write(threshold.Value);
        context.SaveNonEmptyString(threshold.ColumnName);
        foreach (var ofLabel in threshold.OfLabels ?? []) context.Writer.Write(ofLabel); // the value is NaN, and readers expect them
        folder.Finish();
    }

    /// <exception cref="FormatException">The file is damaged, or its parts contradict each other.</exception>
    public static BackpropTransformer ReadTransformer(IHostEnvironment environment, ModelLoadContext context) => Refusal.Guard(() =>
    {
        context.CheckAtModel(TransformerVersion);
        var folder = new FolderReader(context);
        var model = ReadModel(environment, folder.OpenFolder(ModelFolder));
        var schema = new BinaryLoader(environment, new BinaryLoader.Arguments(), new MemoryStream(folder[SchemaEntry])).Schema;
        var features = context.LoadStringOrNull();
        var label = context.LoadStringOrNull();
        var inputs = new InputColumns(features, ReadCategories(context, schema));
        if (features is null && inputs.Categories.Count == 0) throw new FormatException("The saved model names no column to predict from.");
        var threshold = ReadThreshold(context, model);
        folder.Finish();
        SchemaCheck.Check(environment, schema, inputs, label, model);
        return new BackpropTransformer(environment, model, schema, inputs, label, threshold);
    });

    // NaN means that a threshold of each label follows the name of the column.
    private static DecisionThreshold ReadThreshold(ModelLoadContext context, BackpropModelParameters model)
    {
        var (value, column) = (context.Reader.ReadSingle(), context.LoadNonEmptyString());
        float[] each = [value];
        if (float.IsNaN(value) && model.Task is { HasThreshold: true, HasSeveralTargets: true })
        {
            each = new float[model.Network.Network.Outputs];
            for (var label = 0; label < each.Length; label++) each[label] = context.Reader.ReadSingle();
        }
        if (!each.All(float.IsFinite) || column is not (DefaultColumnNames.Score or DefaultColumnNames.Probability))
        {
            throw new FormatException(
                $"The saved model has the threshold {string.Join(", ", each)} of column '{column}'; " +
                "a finite threshold of Score or Probability is needed.");
        }
        return DecisionThreshold.Of(each, column);
    }

    /// <summary>Writes model parameters, after the bytes that the caller has written to the context.</summary>
    /// <returns>The entry Model.key of the folder, which contains the checksum.</returns>
    public static FolderEntry WriteModel(ModelSaveContext context, LearningTask task, TrainingResult result, ModelColumns columns)
    {
        var folder = new FolderWriter(context, ModelVersion);
        folder.Write(NetworkEntry, stream => NetworkFormat.Write(stream, result));
        context.SaveNonEmptyString(task.Name);
        ColumnsFormat.Write(context.Writer, columns);
        return folder.Finish();
    }

    /// <exception cref="FormatException">The file is damaged, or its parts contradict each other.</exception>
    public static BackpropModelParameters ReadModel(IHostEnvironment environment, ModelLoadContext context) =>
        Refusal.Guard(() => ReadModel(environment, new FolderReader(context)));

    private static BackpropModelParameters ReadModel(IHostEnvironment environment, FolderReader folder)
    {
        var context = folder.Context;
        context.CheckAtModel(ModelVersion);
        var size = context.Reader.ReadInt32();
        if (size != sizeof(float)) throw new FormatException($"The saved model has values of {size} bytes; {sizeof(float)} are needed.");
        var name = context.LoadNonEmptyString();
        var task = LearningTask.All.FirstOrDefault(task => task.Name == name)
            ?? throw new FormatException(
                $"The saved model is for the task '{name}'; known are {string.Join(", ", LearningTask.All.Select(known => known.Name))}.");
        var columns = ColumnsFormat.Read(context.Reader, task.TargetType);
        folder.Finish();
        var result = NetworkFormat.Read(folder[NetworkEntry], isVerified: true);
        if (result.Network.Loss.TargetKind != task.TargetKind)
            throw new FormatException($"The saved model's loss {result.Network.Loss} does not suit its task {name}.");
        task.CheckLoaded(result.Network);
        var network = result.Network.Network;
        if (!task.FitsOutputs(result.Network.Loss, network.Outputs))
        {
            throw new FormatException(
                $"The saved model's network {network} has {network.Outputs} outputs, which do not fit its task {name} " +
                $"with its loss {result.Network.Loss}.");
        }
        if (!columns.FitsTo(task, network))
        {
            throw new FormatException(
                $"The saved model contradicts itself: its network {network} has {network.Inputs} inputs and {network.Outputs} outputs, " +
                $"but its columns have {columns.InputCount} and {columns.OutputCount}.");
        }
        return new BackpropModelParameters(environment, task, result, columns);
    }

    private static string[] ReadCategories(ModelLoadContext context, DataViewSchema schema)
    {
        var count = context.Reader.ReadInt32();
        if (count < 0 || count > schema.Count)
            throw new FormatException(
                $"The saved model announces {count} category columns, but its training schema has {schema.Count} columns.");
        return [.. Enumerable.Range(0, count).Select(_ => context.LoadNonEmptyString())];
    }

    private static void WriteSchema(IHost host, DataViewSchema schema, Stream stream)
    {
        using var channel = host.Start("Saving the training schema");
        var saver = new BinarySaver(host, new BinarySaver.Arguments { Silent = true });
        DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(host, schema), stream);
    }

    private static VersionInfo Version(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature,
        verWrittenCur: FormatVersion,
        verReadableCur: FormatVersion,
        verWeCanReadBack: FormatVersion,
        loaderSignature: loaderSignature,
        loaderAssemblyName: AssemblyName);
}
