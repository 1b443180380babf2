using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Results;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Accuracy.Calibration;

/// <summary>How calibrated the probabilities of one learner are on one set, each row predicted from the other folds.</summary>
/// <param name="Set">The set.</param>
/// <param name="Rows">Number of predicted rows: those of the folds that were measured.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Learner">The key of the learner.</param>
/// <param name="Recipe">Which options and versions; recipes.csv has their text.</param>
/// <param name="TopLabel">Expected calibration error of the most probable class.</param>
/// <param name="ClassWise">Mean over the classes of their expected calibration error.</param>
/// <param name="BrierScore">Sum over the classes.</param>
/// <param name="LogLoss">In nats; probabilities count as at least 1e-15.</param>
/// <param name="Accuracy">Share of rows whose most probable class is right.</param>
internal sealed record CalibrationResult(
    string Set, int Rows, int Classes, string Learner, string Recipe, double TopLabel, double ClassWise, double BrierScore, double LogLoss,
    double Accuracy);

/// <summary>benchmarks/accuracy/calibration.csv.</summary>
internal static class CalibrationResults
{
    /// <summary>Bins of equal width, the same for all learners.</summary>
    public const int Bins = 15;

    private const string Header = "set,rows,classes,learner,recipe,top_label_ece,class_wise_ece,brier,log_loss,accuracy";
    private const double MinProbability = 1e-15;

    private static string PathOfFile => Repository.Path("benchmarks", "accuracy", "calibration.csv");

    /// <summary>Whether the file has a result of a learner with its present options.</summary>
    public static bool Has(Learner learner, ManifestEntry set) => File.Exists(PathOfFile) && Read().Any(
        result => result.Set == set.Name && result.Learner == learner.Key
            && result.Recipe == ResultFile.NameOf(learner.Recipe(set.Task)));

    /// <summary>Measures what learners predicted in folds of a set, and writes the results into the file, in the place of earlier ones. A
    /// learner that failed on a fold gets none.</summary>
    public static void Write(IEnumerable<Learner> learners, DataSet set, IReadOnlyList<int> folds)
    {
        CalibrationResult[] measured = [.. learners.Select(learner => Measure(learner, set, folds)).OfType<CalibrationResult>()];
        var replaced = measured.Select(result => (result.Set, result.Learner)).ToHashSet();
        var others = File.Exists(PathOfFile) ? Read().Where(result => !replaced.Contains((result.Set, result.Learner))) : [];
        File.WriteAllLines(PathOfFile, [Header, .. others.Concat(measured).Select(Line)]);
    }

    /// <summary>The results in the file.</summary>
    public static IReadOnlyList<CalibrationResult> Read() => !File.Exists(PathOfFile)
        ? throw new FormatException("There are no results yet: accuracy.sh calibration run makes them.")
        : [.. File.ReadLines(PathOfFile).Skip(1).Select(line => Parse(line.Split(',')))];

    private static CalibrationResult? Measure(Learner learner, DataSet set, IEnumerable<int> folds)
    {
        if (KeptPredictions.Pooled(learner, set, folds) is not var (probabilities, classes)) return null;
        var rows = classes.Length;
        float[] flat = [.. probabilities.SelectMany(row => row.Select(p => (float)p))], targets = [.. classes.Select(k => (float)k)];
        var metrics = MulticlassCalibrationMetrics.Measure(
            new ReadOnlyMatrix(flat, rows, set.Classes.Length), new ReadOnlyMatrix(targets, rows, 1), Bins, names: set.Classes);
        var logLoss = probabilities.Zip(classes, (row, k) => -Math.Log(Math.Clamp(row[k], MinProbability, 1))).Average();
        return new CalibrationResult(
            set.Name, rows, set.Classes.Length, learner.Key, ResultFile.NameOf(learner.Recipe(set.Task)),
            metrics.TopLabelExpectedCalibrationError, metrics.ClassWiseExpectedCalibrationError, metrics.BrierScore, logLoss,
            metrics.TopLabel.PositiveShare);
    }

    private static string Line(CalibrationResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Set},{result.Rows},{result.Classes},{result.Learner},{result.Recipe},{result.TopLabel:G7},{result.ClassWise:G7},"
        + $"{result.BrierScore:G7},{result.LogLoss:G7},{result.Accuracy:G7}");

    private static CalibrationResult Parse(string[] cells)
    {
        double[] numbers = [.. cells[5..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        return new CalibrationResult(
            cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3],
            cells[4], numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }
}
