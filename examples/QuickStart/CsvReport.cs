using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>What is told about a model: how well it does on rows that it has not seen, and what it says of one of them.</summary>
internal static class CsvReport
{
    public static void Evaluate(MLContext ml, string task, IDataView scored)
    {
        switch (task)
        {
            case "binary":
                var binary = ml.BinaryClassification.Evaluate(scored);
                Console.WriteLine(
                    $"accuracy {binary.Accuracy:F4}, AUC {binary.AreaUnderRocCurve:F4}, log-loss {binary.LogLoss:F4}, F1 " +
                        $"{binary.F1Score:F4}");
                Console.WriteLine(binary.ConfusionMatrix.GetFormattedConfusionTable());
                break;
            case "multiclass":
                var multiclass = ml.MulticlassClassification.Evaluate(scored);
                Console.WriteLine(
                    $"accuracy {multiclass.MicroAccuracy:F4}, macro accuracy {multiclass.MacroAccuracy:F4}, log-loss " +
                        $"{multiclass.LogLoss:F4}");
                Console.WriteLine(multiclass.ConfusionMatrix.GetFormattedConfusionTable());
                break;
            default:
                var regression = ml.Regression.Evaluate(scored);
                Console.WriteLine(
                    $"R² {regression.RSquared:F4}, RMSE {regression.RootMeanSquaredError:G6}, MAE {regression.MeanAbsoluteError:G6}");
                break;
        }
    }

    public static void PredictFirst(MLContext ml, string task, CsvColumn label, ITransformer model, IDataView rows)
    {
        var scored = model.Transform(ml.Data.TakeRows(rows, 1));
        if (task == "multiclass") scored = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        var prediction = task switch
        {
            "binary" =>
                $"{label.Distinct[scored.GetColumn<bool>("PredictedLabel").First() ? 1 : 0]} (probability of '{label.Distinct[1]}': " +
                    $"{scored.GetColumn<float>("Probability").First():F3})",
            "multiclass" => scored.GetColumn<string>("PredictedLabel").First(),
            _ => $"{scored.GetColumn<float>("Score").First():G6}",
        };
        Console.WriteLine($"loaded again, it predicts for the first held-out row: {prediction}");
    }
}
