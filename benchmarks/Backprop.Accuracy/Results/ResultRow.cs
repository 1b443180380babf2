using System.Globalization;

namespace Backprop.Accuracy.Results;

/// <summary>What one learner reached on one split of one set.</summary>
/// <param name="Protocol">The rule that made the split.</param>
/// <param name="Set">The set.</param>
/// <param name="Split">The number of the split: a fold, for example.</param>
/// <param name="Measures">How good the predictions are; null where there are none.</param>
/// <param name="FitSeconds">Seconds of fitting.</param>
/// <param name="FitProcessorSeconds">Those of all threads together.</param>
/// <param name="PredictSeconds">Seconds of predicting the test rows.</param>
/// <param name="Others">Processors that other programs kept busy meanwhile, on average. Where these and the learner's threads are more than
/// the machine has, times are too long.</param>
/// <param name="Date">The day, UTC.</param>
/// <param name="Commit">The commit that was checked out.</param>
/// <param name="Recipe">Which options and versions; recipes.csv has their text.</param>
/// <param name="Failure">Empty; or why there are no predictions.</param>
internal sealed record ResultRow(
    string Protocol, string Set, int Split, Measures? Measures, double FitSeconds, double FitProcessorSeconds, double PredictSeconds,
    double Others,
    string Date, string Commit, string Recipe, string Failure)
{
    public const string Header =
        "protocol,set,split,accuracy,log_loss,auc,rmse,r2,fit_seconds,fit_processor_seconds,predict_seconds,others," +
        "date,commit,recipe,failure";

    private const string TimeLimitPrefix = "time limit ";

    /// <summary>The score that learners are ranked by, larger for better: accuracy, or −RMSE.</summary>
    public double? Score => Measures is null ? null : Measures.Accuracy ?? -Measures.RootMeanSquaredError;

    /// <summary>The seconds that were not enough; null where it did not fail, or for another reason.</summary>
    public double? TimeLimit => Failure.StartsWith(TimeLimitPrefix, StringComparison.Ordinal) ? Number(Failure.Split(' ')[2]) : null;

    /// <summary>Which split it is of.</summary>
    public (string Protocol, string Set, int Split) Key => (Protocol, Set, Split);

    /// <summary>What <see cref="Failure"/> says of a learner that took too long.</summary>
    public static string TimeLimitFailure(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{TimeLimitPrefix}{seconds} s");

    public static ResultRow Parse(string line)
    {
        var cells = line.Split(',');
        var measures = cells[15].Length > 0
            ? null
            : new Measures(Number(cells[3]), Number(cells[4]), Number(cells[5]), Number(cells[6]), Number(cells[7]));
        return new ResultRow(
            cells[0], cells[1], int.Parse(cells[2], CultureInfo.InvariantCulture), measures, Number(cells[8]) ?? 0, Number(cells[9]) ?? 0,
            Number(cells[10]) ?? 0, Number(cells[11]) ?? 0,
            cells[12], cells[13], cells[14], cells[15]);
    }

    public override string ToString() => string.Join(',',
        Protocol, Set, Split, Text(Measures?.Accuracy, "G7"), Text(Measures?.LogLoss, "G7"), Text(Measures?.AreaUnderCurve, "G7"),
        Text(Measures?.RootMeanSquaredError, "G7"), Text(Measures?.RSquared, "G7"),
        Text(FitSeconds, "G4"), Text(FitProcessorSeconds, "G4"), Text(PredictSeconds, "G4"), Text(Others, "F1"), Date, Commit, Recipe,
            Failure.Replace(',', ';'));

    private static double? Number(string cell) => cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
