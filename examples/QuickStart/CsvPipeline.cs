using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace QuickStart;

/// <summary>The pipeline from the columns of a file to a model: features as one vector, the label in the type that its task needs, the
/// trainer.</summary>
internal static class CsvPipeline
{
    public static IEstimator<ITransformer> Make(MLContext ml, CsvColumn[] features, CsvColumn label, string task) =>
        Featurize(ml, features).Append(Label(ml, label, task)).Append(Trainer(ml, task));

    private static EstimatorChain<ColumnConcatenatingTransformer> Featurize(MLContext ml, CsvColumn[] features)
    {
        InputOutputColumnPair[] Pairs(bool numeric) =>
            [
                .. features.Where(column => column.IsNumeric == numeric).Select(
                    column => new InputOutputColumnPair(CsvTable.NameOf(column.Index)))];
        IEstimator<ITransformer> pipeline = new EstimatorChain<ITransformer>();
        if (Pairs(numeric: true) is { Length: > 0 } numbers)
            pipeline = pipeline.Append(ml.Transforms.ReplaceMissingValues(numbers, MissingValueReplacingEstimator.ReplacementMode.Mean));
        if (Pairs(numeric: false) is { Length: > 0 } texts) pipeline = pipeline.Append(ml.Transforms.Categorical.OneHotEncoding(texts));
        return pipeline.Append(ml.Transforms.Concatenate("Features", [.. features.Select(column => CsvTable.NameOf(column.Index))]));
    }

    private static IEstimator<ITransformer> Label(MLContext ml, CsvColumn label, string task)
    {
        var name = CsvTable.NameOf(label.Index);
        if (task == "regression") return ml.Transforms.Conversion.ConvertType("Label", name, DataKind.Single);
        if (task == "multiclass") return ml.Transforms.Conversion.MapValueToKey("Label", name);
        Console.WriteLine($"'{label.Distinct[1]}' counts as positive, '{label.Distinct[0]}' as negative");
        return ml.Transforms.Conversion.MapValue(
            "Label", new Dictionary<string, bool> { [label.Distinct[0]] = false, [label.Distinct[1]] = true }, name);
    }

    private static BackpropTrainer Trainer(MLContext ml, string task)
    {
        var options = new BackpropTrainer.Options { Progress = new ConsoleProgress() };
        return task switch
        {
            "binary" => ml.BinaryClassification.Trainers.Backprop(options),
            "multiclass" => ml.MulticlassClassification.Trainers.Backprop(options),
            _ => ml.Regression.Trainers.Backprop(options),
        };
    }

    /// <summary>A line for every epoch.</summary>
    private sealed class ConsoleProgress : IProgress<EpochReport>
    {
        public void Report(EpochReport value) => Console.WriteLine($"epoch {value.Epoch,3}: loss {value.TrainingLoss:F5}");
    }
}
