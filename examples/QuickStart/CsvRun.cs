using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>Trains, evaluates, saves, loads and predicts on any CSV file: numbers as features, texts one-hot encoded.</summary>
internal static class CsvRun
{
    private const int LeastRows = 10, MostCategories = 1000;

    public static void Run(Arguments arguments)
    {
        var ml = new MLContext(seed: 1);
        var table = CsvTable.Read(ml, arguments.Data);
        var label = table[arguments.Label];
        if (label.Values.Length < LeastRows) throw new UserError($"'{arguments.Data}' has {label.Values.Length} rows; at least {LeastRows} are needed to train and to evaluate.");
        var task = CsvTask.Choose(label, arguments.Task);
        Console.WriteLine($"{label.Values.Length} rows; predicting '{label.Name}': {task}{(arguments.Task is null ? " (chosen by the label's values; --task chooses otherwise)" : "")}");

        CsvColumn[] features = [.. table.Columns.Where(column => column != label && IsUsable(column))];
        if (features.Length == 0) throw new UserError($"There is no usable column besides the label '{label.Name}' in '{arguments.Data}'.");
        var kinds = features.Select(column => (column.Index, column.IsNumeric ? DataKind.Single : DataKind.String))
            .Append((label.Index, task == "regression" ? DataKind.Single : DataKind.String));
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromTextFile(arguments.Data, CsvTable.LoaderOptions(kinds)), testFraction: 0.2);

        var model = Featurize(ml, features).Append(Label(ml, label, task)).Append(Trainer(ml, task)).Fit(split.TrainSet);
        Evaluate(ml, task, model.Transform(split.TestSet));

        ml.Model.Save(model, split.TrainSet.Schema, "model.zip");
        Console.WriteLine($"the model is saved in {Path.GetFullPath("model.zip")}");
        PredictFirst(ml, task, ml.Model.Load("model.zip", out _), split.TestSet);
    }

    private static bool IsUsable(CsvColumn column)
    {
        var reason = column.Distinct.Length == 0 ? "it has no values"
            : !column.IsNumeric && column.Distinct.Length > MostCategories ? $"its {column.Distinct.Length} different texts are too many to one-hot encode"
            : null;
        if (reason is not null) Console.WriteLine($"column '{column.Name}' is left out: {reason}");
        else if (column.MissingCount > 0) Console.WriteLine($"column '{column.Name}': {column.MissingCount} missing values, {(column.IsNumeric ? "replaced by the mean" : "a category of their own")}");
        return reason is null;
    }

    private static EstimatorChain<ColumnConcatenatingTransformer> Featurize(MLContext ml, CsvColumn[] features)
    {
        InputOutputColumnPair[] Pairs(bool numeric) => [.. features.Where(column => column.IsNumeric == numeric).Select(column => new InputOutputColumnPair(CsvTable.NameOf(column.Index)))];
        IEstimator<ITransformer> pipeline = new EstimatorChain<ITransformer>();
        if (Pairs(numeric: true) is { Length: > 0 } numbers) pipeline = pipeline.Append(ml.Transforms.ReplaceMissingValues(numbers, Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Mean));
        if (Pairs(numeric: false) is { Length: > 0 } texts) pipeline = pipeline.Append(ml.Transforms.Categorical.OneHotEncoding(texts));
        return pipeline.Append(ml.Transforms.Concatenate("Features", [.. features.Select(column => CsvTable.NameOf(column.Index))]));
    }

    private static IEstimator<ITransformer> Label(MLContext ml, CsvColumn label, string task)
    {
        var name = CsvTable.NameOf(label.Index);
        if (task == "regression") return ml.Transforms.CopyColumns("Label", name);
        if (task == "multiclass") return ml.Transforms.Conversion.MapValueToKey("Label", name);
        Console.WriteLine($"'{label.Distinct[1]}' counts as positive, '{label.Distinct[0]}' as negative");
        return ml.Transforms.Conversion.MapValue("Label", new Dictionary<string, bool> { [label.Distinct[0]] = false, [label.Distinct[1]] = true }, name);
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

    private static void Evaluate(MLContext ml, string task, IDataView scored)
    {
        switch (task)
        {
            case "binary":
                var binary = ml.BinaryClassification.Evaluate(scored);
                Console.WriteLine($"accuracy {binary.Accuracy:F4}, AUC {binary.AreaUnderRocCurve:F4}, log-loss {binary.LogLoss:F4}, F1 {binary.F1Score:F4}");
                Console.WriteLine(binary.ConfusionMatrix.GetFormattedConfusionTable());
                break;
            case "multiclass":
                var multiclass = ml.MulticlassClassification.Evaluate(scored);
                Console.WriteLine($"accuracy {multiclass.MicroAccuracy:F4}, macro accuracy {multiclass.MacroAccuracy:F4}, log-loss {multiclass.LogLoss:F4}");
                Console.WriteLine(multiclass.ConfusionMatrix.GetFormattedConfusionTable());
                break;
            default:
                var regression = ml.Regression.Evaluate(scored);
                Console.WriteLine($"R² {regression.RSquared:F4}, RMSE {regression.RootMeanSquaredError:G6}, MAE {regression.MeanAbsoluteError:G6}");
                break;
        }
    }

    private static void PredictFirst(MLContext ml, string task, ITransformer model, IDataView rows)
    {
        var scored = model.Transform(ml.Data.TakeRows(rows, 1));
        if (task == "multiclass") scored = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        var prediction = task switch
        {
            "binary" => $"{scored.GetColumn<bool>("PredictedLabel").First()} (probability {scored.GetColumn<float>("Probability").First():F3})",
            "multiclass" => scored.GetColumn<string>("PredictedLabel").First(),
            _ => $"{scored.GetColumn<float>("Score").First():G6}",
        };
        Console.WriteLine($"loaded again, it predicts for the first held-out row: {prediction}");
    }

    /// <summary>A line for every pass over the data.</summary>
    private sealed class ConsoleProgress : IProgress<EpochReport>
    {
        public void Report(EpochReport value) => Console.WriteLine($"epoch {value.Epoch,3}: loss {value.TrainingLoss:F5}");
    }
}
