using System.Globalization;
using Backprop.Accuracy.Running;

namespace Backprop.Accuracy.Results;

/// <summary>How good predictions are; the same computation for every learner. Null where a measure does not suit the task.</summary>
/// <param name="Accuracy">Share of rows whose class is predicted.</param>
/// <param name="LogLoss">Mean of −ln of the probability of the true class, which counts as at least 1e-15; of probabilities only.</param>
/// <param name="AreaUnderCurve">Probability that of two rows of different classes the second class's has the higher score; equal ones count
/// half. Of two classes only.</param>
/// <param name="RootMeanSquaredError">Of a regression, in units of the label.</param>
/// <param name="RSquared">1 − squared error / squared deviation from the mean of the test.</param>
internal sealed record Measures(double? Accuracy, double? LogLoss, double? AreaUnderCurve, double? RootMeanSquaredError, double? RSquared)
{
    private const double MinProbability = 1e-15;

    /// <summary>Those of predictions of labels; none of classes makes it a regression.</summary>
    public static Measures Of(Predictions predictions, string[] labels, string[] classes)
    {
        if (predictions.Predicted.Length != labels.Length)
            throw new InvalidDataException($"{predictions.Predicted.Length} predictions of {labels.Length} rows.");
        return classes.Length == 0
            ? OfNumbers(predictions.Predicted.Select(Number).ToArray(), labels.Select(Number).ToArray())
            : OfClasses(predictions, labels, classes);
    }

    private static Measures OfNumbers(double[] predicted, double[] truth)
    {
        if (!predicted.All(double.IsFinite)) throw new InvalidDataException("A prediction is not a finite number.");
        var mean = truth.Average();
        var squares = predicted.Zip(truth, (a, b) => (a - b) * (a - b)).Sum();
        return new Measures(null, null, null, Math.Sqrt(squares / truth.Length), 1 - squares / truth.Sum(y => (y - mean) * (y - mean)));
    }

    private static Measures OfClasses(Predictions predictions, string[] labels, string[] classes)
    {
        if (!predictions.Scores.All(scores => scores.All(double.IsFinite)))
            throw new InvalidDataException("A score is not a finite number.");
        var accuracy = predictions.Predicted.Zip(labels).Count(pair => pair.First == pair.Second) / (double)labels.Length;
        double? logLoss = null;
        if (predictions.AreProbabilities)
            logLoss = predictions.Scores.Zip(
                labels, (scores, label) => -Math.Log(Math.Clamp(scores[Array.IndexOf(classes, label)], MinProbability, 1))).Average();
        double? area = classes.Length == 2
            ? AreaOf([.. predictions.Scores.Select(scores => scores[^1])], [.. labels.Select(label => label == classes[1])])
            : null;
        return new Measures(accuracy, logLoss, area, null, null);
    }

    // Mann and Whitney: from the sum of the ranks of the positives, where equal scores share their mean rank.
    private static double AreaOf(double[] scores, bool[] isPositive)
    {
        var order = Enumerable.Range(0, scores.Length).OrderBy(row => scores[row]).ToArray();
        double ranks = 0, positives = isPositive.Count(positive => positive);
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && scores[order[to]] == scores[order[from]];) to++;
            ranks += (from + 1 + to) / 2.0 * order[from..to].Count(row => isPositive[row]);
        }
        return (ranks - positives * (positives + 1) / 2) / (positives * (scores.Length - positives));
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
