using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>Trains, evaluates, saves, loads and predicts on any CSV file: numbers as features, texts one-hot encoded.</summary>
internal static class CsvRun
{
    private const int MinRows = 10, MaxCategories = 1000;

    public static void Run(Arguments arguments)
    {
        var ml = new MLContext(seed: 1);
        var table = CsvTable.Read(ml, arguments.Data);
        var label = table[arguments.Label];
        if (label.Values.Length < MinRows)
            throw new UserError(
                $"'{arguments.Data}' has {label.Values.Length} rows; at least {MinRows} are needed to train and to evaluate.");
        var task = CsvTask.Choose(label, arguments.Task);
        Console.WriteLine(
            $"{label.Values.Length} rows; predicting '{label.Name}': " +
                $"{task}{(arguments.Task is null ? " (chosen by the label's values; --task chooses otherwise)" : "")}");

        CsvColumn[] features = [.. table.Columns.Where(column => column != label && IsUsable(column))];
        if (features.Length == 0) throw new UserError($"There is no usable column besides the label '{label.Name}' in '{arguments.Data}'.");
        var texts = features.Where(column => !column.IsNumeric).Select(column => column.Name).ToArray();
        Console.WriteLine(
            $"features: {features.Length - texts.Length} of numbers, {texts.Length} of " +
                $"text{(texts.Length > 0 ? $", one-hot encoded: {string.Join(", ", texts)}" : "")}");

        var kinds = features.Select(column => (column.Index, column.IsNumeric ? DataKind.Single : DataKind.String))
            .Append((label.Index, DataKind.String));
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromTextFile(arguments.Data, CsvTable.LoaderOptions(kinds)), testFraction: 0.2);
        CheckVaries(split.TrainSet, label, "to train on");
        CheckVaries(split.TestSet, label, "held out to evaluate with");

        var model = CsvPipeline.Make(ml, features, label, task).Fit(split.TrainSet);
        CsvReport.Evaluate(ml, task, model.Transform(split.TestSet));

        ml.Model.Save(model, split.TrainSet.Schema, "model.zip");
        Console.WriteLine($"the model is saved in {Path.GetFullPath("model.zip")}");
        CsvReport.PredictFirst(ml, task, label, ml.Model.Load("model.zip", out _), split.TestSet);
    }

    private static bool IsUsable(CsvColumn column)
    {
        var reason = column.Distinct.Length == 0 ? "it has no values"
            : !column.IsNumeric
                && column.Distinct.Length > MaxCategories ? $"its {column.Distinct.Length} different texts are too many to one-hot encode"
            : null;
        if (reason is not null) Console.WriteLine($"column '{column.Name}' is left out: {reason}");
        else if (column.MissingCount > 0)
            Console.WriteLine(
                $"column '{column.Name}': {column.MissingCount} missing values, " +
                    $"{(column.IsNumeric ? "replaced by the mean" : "a category of their own")}");
        return reason is null;
    }

    // Rows go to one part or the other at random, so a rare class may be missing in one: nothing to learn there, or nothing to measure.
    private static void CheckVaries(IDataView rows, CsvColumn label, string purpose)
    {
        string[] values = [.. rows.GetColumn<string>(CsvTable.NameOf(label.Index))];
        if (values.Distinct().Count() < 2)
            throw new UserError(
                $"The rows {purpose} ({values.Length} of {label.Values.Length}) do not have two different values of '{label.Name}'; more " +
                    $"rows are needed.");
    }
}
