using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How well the probabilities of several classes agree with how often the classes occur.</summary>
public sealed record MulticlassCalibrationMetrics
{
    // By how much the sum of the probabilities of a row may differ from 1.
    private const double SumTolerance = 1e-3;

    private MulticlassCalibrationMetrics(CalibrationMetrics topLabel, IReadOnlyList<CalibrationMetrics> classes) =>
        (TopLabel, Classes) = (topLabel, classes);

    /// <summary>Number of rows.</summary>
    public int Rows => TopLabel.Rows;

    /// <summary>The event that the most probable class is the right one, with its probability. Of equal probabilities, the first class
    /// counts.</summary>
    public CalibrationMetrics TopLabel { get; }

    /// <summary>Every class against all others, in the order of the scores.</summary>
    public IReadOnlyList<CalibrationMetrics> Classes { get; }

    /// <summary>Expected calibration error of the most probable class. It is the ECE of Guo, Pleiss, Sun and Weinberger (2017), "On
    /// calibration of modern neural networks".</summary>
    public double TopLabelExpectedCalibrationError => TopLabel.ExpectedCalibrationError;

    /// <summary>Class-wise expected calibration error: the plain mean over the classes.</summary>
    /// <remarks>Kull et al. (2019), "Beyond temperature scaling: obtaining well-calibrated multiclass probabilities with Dirichlet
    /// calibration". Classes that never occur and have the probability 0 count with an error of 0.</remarks>
    public double ClassWiseExpectedCalibrationError => Classes.Average(one => one.ExpectedCalibrationError);

    /// <summary>Maximum calibration error of the most probable class.</summary>
    public double TopLabelMaximumCalibrationError => TopLabel.MaximumCalibrationError;

    /// <summary>The largest maximum calibration error of a class.</summary>
    public double ClassWiseMaximumCalibrationError => Classes.Max(one => one.MaximumCalibrationError);

    /// <summary>Brier score of several classes: the mean over the rows of Σ (p − y)² over the classes, from 0 to 2. It is the sum of the
    /// classes' Brier scores. For two classes, it is twice the score of one of them.</summary>
    /// <remarks>Brier (1950), "Verification of forecasts expressed in terms of probability".</remarks>
    public double BrierScore => Classes.Sum(one => one.BrierScore);

    /// <summary>Measures the probabilities of several classes.</summary>
    /// <param name="probabilities">[rows × classes]: from 0 to 1, with the sum 1 in every row, within 0.001. At least one row and two
    /// classes.</param>
    /// <param name="targets">[rows × 1]: the index of the class.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <param name="names">[classes], or empty: then classes are named by their indices.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a row has no probabilities or an unknown class, or the number of bins is
    /// out of range.</exception>
    public static MulticlassCalibrationMetrics Measure(
        ReadOnlyMatrix probabilities, ReadOnlyMatrix targets, int numberOfBins = CalibrationMetrics.DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth, params IReadOnlyList<string> names)
    {
        int rows = probabilities.Rows, classes = probabilities.Columns;
        if (targets.Rows != rows || targets.Columns != 1 || classes < 2)
            throw new ArgumentException(
                $"{rows} × {classes} probabilities and {targets.Rows} × {targets.Columns} targets do not fit. "
                + "Allowed are probabilities of at least two classes, and one target for each row.",
                nameof(targets));

        Real[] confidences = new Real[rows], isRight = new Real[rows], memberships = new Real[rows * classes];
        for (var row = 0; row < rows; row++)
        {
            var predicted = CheckedTopLabel(probabilities.Row(row), targets.Row(row)[0], row);
            confidences[row] = probabilities.Row(row)[predicted];
            isRight[row] = predicted == targets.Row(row)[0] ? 1 : 0;
            memberships[row * classes + (int)targets.Row(row)[0]] = 1;
        }
        var topLabel = CalibrationMetrics.Measure(confidences, isRight, numberOfBins, binning, "top label");
        var each = CalibrationMetrics.MeasureColumns(
            probabilities, new ReadOnlyMatrix(memberships, rows, classes), numberOfBins, binning, names);
        return new MulticlassCalibrationMetrics(topLabel, each);
    }

    /// <summary>Whether values are probabilities.</summary>
    /// <param name="values">[rows × columns]</param>
    /// <param name="haveSumOne">Whether the sum of each row must be 1, too.</param>
    internal static bool AreProbabilities(ReadOnlyMatrix values, bool haveSumOne)
    {
        for (var row = 0; row < values.Rows; row++)
        {
            double sum = 0;
            foreach (var p in values.Row(row))
            {
                if (p is not (>= 0 and <= 1)) return false;
                sum += p;
            }
            if (haveSumOne && Math.Abs(sum - 1) > SumTolerance) return false;
        }
        return true;
    }

    private static int CheckedTopLabel(ReadOnlySpan<Real> probabilities, Real target, int row)
    {
        double sum = 0;
        var largest = 0;
        for (var k = 0; k < probabilities.Length; k++)
        {
            sum += probabilities[k];
            if (probabilities[k] > probabilities[largest]) largest = k;
        }
        if (!(Math.Abs(sum - 1) <= SumTolerance))
            throw new ArgumentException(
                $"The scores of row {row} have the sum {sum:G6}, so they are not probabilities.", nameof(probabilities));
        if (!(target >= 0 && target < probabilities.Length) || target != (int)target)
            throw new ArgumentException(
                $"Row {row} has the class index {target}; allowed are integers from 0 to {probabilities.Length - 1}.", nameof(target));
        return largest;
    }
}
