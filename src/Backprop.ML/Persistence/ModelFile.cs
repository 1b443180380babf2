using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Persistence;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Persistence;

/// <summary>What stands in an ML.NET model file of ours, and nothing else writes or reads there.</summary>
/// <remarks>
/// ML.NET keeps a zip with one folder per step. Ours: the transformer (names of the label column and of the categories' columns, threshold), and in its folder <c>Model</c> the model
/// parameters: the task's name, and an entry <c>Network</c> in the format of <see cref="NetworkFormat"/>. docs/model-file.md describes it.
/// </remarks>
internal static class ModelFile
{
    public const string TransformerSignature = "BackpropTransformer", ModelSignature = "BackpropModelParameters";

    private const string NetworkEntry = "Network";

    // The loader is named by the assembly's simple name: a model saved by a later version of this assembly then still loads.
    private static readonly string AssemblyName = typeof(ModelFile).Assembly.GetName().Name!;

    private const uint Initial = 0x00010001, WithCategoriesAndThreshold = 0x00010002;

    public static VersionInfo TransformerVersion => Version("BPRPTRAN", TransformerSignature, WithCategoriesAndThreshold);

    public static VersionInfo ModelVersion => Version("BPRPMODL", ModelSignature, Initial);

    public static void WriteTransformer(ModelSaveContext context, string labelColumnName, IReadOnlyList<string> categories, DecisionThreshold threshold)
    {
        context.SaveNonEmptyString(labelColumnName);
        context.Writer.Write(categories.Count);
        foreach (var name in categories) context.SaveNonEmptyString(name);
        context.Writer.Write(threshold.Value);
        context.SaveNonEmptyString(threshold.ColumnName);
    }

    public static (string LabelColumnName, IReadOnlyList<string> Categories, DecisionThreshold Threshold) ReadTransformer(IExceptionContext exceptions, ModelLoadContext context, DataViewSchema trainSchema)
    {
        var label = ReadColumn("label");
        if (context.Header.ModelVerWritten < WithCategoriesAndThreshold) return (label, [], DecisionThreshold.Customary);

        var count = context.Reader.ReadInt32();
        if (count < 0 || count > trainSchema.Count) throw exceptions.ExceptDecode("The saved model announces {0} columns of categories; its training schema has {1} columns.", count, trainSchema.Count);
        string[] categories = [.. Enumerable.Range(0, count).Select(_ => ReadColumn("category"))];
        var (threshold, column) = (context.Reader.ReadSingle(), context.LoadNonEmptyString());
        if (!float.IsFinite(threshold) || column is not (DefaultColumnNames.Score or DefaultColumnNames.Probability))
            throw exceptions.ExceptDecode("The saved model has the threshold {0} of column '{1}'; a finite one of Score or Probability is needed.", threshold, column);
        return (label, categories, new DecisionThreshold(threshold, column));

        string ReadColumn(string role)
        {
            var name = context.LoadNonEmptyString();
            return trainSchema.GetColumnOrNull(name) is not null ? name : throw exceptions.ExceptDecode("The saved model has no {0} column '{1}' in its training schema.", role, name);
        }
    }

    public static void WriteModel(ModelSaveContext context, LearningTask task, TrainingResult result)
    {
        context.SaveNonEmptyString(task.Name);
        context.SaveBinaryStream(NetworkEntry, writer => NetworkFormat.Write(writer.BaseStream, result));
    }

    public static (LearningTask Task, TrainingResult Result) ReadModel(IExceptionContext exceptions, ModelLoadContext context)
    {
        var name = context.LoadNonEmptyString();
        var task = LearningTask.All.FirstOrDefault(task => task.Name == name)
            ?? throw exceptions.ExceptDecode("The saved model is for the task '{0}'; known are {1}.", name, string.Join(", ", LearningTask.All.Select(known => known.Name)));

        TrainingResult? result = null;
        if (!context.TryLoadBinaryStream(NetworkEntry, reader => result = NetworkFormat.Read(reader.BaseStream)))
            throw exceptions.ExceptDecode("The saved model has no entry '{0}'.", NetworkEntry);
        if (result!.Network.Loss.TargetKind != task.TargetKind)
            throw exceptions.ExceptDecode("The saved model's loss {0} does not suit its task {1}.", result.Network.Loss, name);
        if (!task.FitsOutputs(result.Network.Loss, result.Network.Network.Outputs))
            throw exceptions.ExceptDecode("The saved model's network {0} has {1} outputs, which do not fit its task {2} under its loss {3}.", result.Network.Network, result.Network.Network.Outputs, name, result.Network.Loss);
        return (task, result);
    }

    private static VersionInfo Version(string modelSignature, string loaderSignature, uint current) => new(
        modelSignature: modelSignature,
        verWrittenCur: current,
        verReadableCur: current,
        verWeCanReadBack: Initial,
        loaderSignature: loaderSignature,
        loaderAssemblyName: AssemblyName);
}
