using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Results;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Accuracy.Calibration;

/// <summary>How calibrated the probabilities of one learner are on all rows of one set, each row predicted from the other folds.</summary>
/// <param name="Set">The set.</param>
/// <param name="Rows">Number of rows.</param>
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

    /// <summary>Measures all sets whose folds are predicted by all learners, and writes the file. Results of other sets stay.</summary>
    public static void Write(Manifest manifest)
    {
        List<CalibrationResult> results = [];
        foreach (var entry in manifest.Entries.Where(entry => entry.Task != TaskKind.Regression))
        {
            if (!File.Exists(KeptPredictions.PathOf(Learner.OfProbabilities[0], entry.Name, entry.Task, fold: 1))) continue;
            var set = manifest.Open(entry.Name);
            var measured = Learner.OfProbabilities.Select(learner => Measure(learner, set)).ToArray();
            if (!measured.Contains(null)) results.AddRange(measured.OfType<CalibrationResult>());
        }
        var sets = results.Select(result => result.Set).ToHashSet();
        var others = File.Exists(PathOfFile) ? Read().Where(result => !sets.Contains(result.Set)) : [];
        File.WriteAllLines(PathOfFile, [Header, .. others.Concat(results).Select(Line)]);
    }

    /// <summary>The results in the file.</summary>
    public static IReadOnlyList<CalibrationResult> Read() => !File.Exists(PathOfFile)
        ? throw new FormatException("There are no results yet: accuracy.sh calibration run makes them.")
        : [.. File.ReadLines(PathOfFile).Skip(1).Select(line => Parse(line.Split(',')))];

    private static CalibrationResult? Measure(Learner learner, DataSet set)
    {
        if (KeptPredictions.Pooled(learner, set) is not var (probabilities, classes)) return null;
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
