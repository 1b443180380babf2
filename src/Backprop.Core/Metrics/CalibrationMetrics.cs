using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How well the probabilities of one event agree with how often it occurs: the reliability curve, calibration errors, and the
/// Brier score with its decomposition.</summary>
/// <remarks>
/// <para>p is the probability of a row, y is 1 if the event occurred and otherwise 0, n is the number of rows. Bin b has n_b rows with the
/// mean probability p_b and the share y_b of events.</para>
/// <para>The calibration errors depend on the number of bins, so compare them only for the same bins. By chance alone they are above 0,
/// the more so the fewer rows a bin has. A model that always predicts the share of all rows has no calibration error. So use a proper score
/// (Brier score, log-loss) to choose between models.</para>
/// </remarks>
public sealed record CalibrationMetrics
{
    /// <summary>The default number of bins: 15, as in Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural
    /// networks".</summary>
    public const int DefaultBins = 15;

    private CalibrationMetrics(string name, int rows, IReadOnlyList<CalibrationBin> bins) => (Name, Rows, Bins) = (name, rows, bins);

    /// <summary>The name of the event: a class or a label.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>The reliability curve: the bins that have rows, in ascending order of probability.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>Share of rows for which the event occurred.</summary>
    public double PositiveShare { get; private init; }

    /// <summary>Mean probability of all rows.</summary>
    public double MeanProbability { get; private init; }

    /// <summary>Expected calibration error: Σ n_b/n · |p_b − y_b|, from 0 to 1.</summary>
    /// <remarks>Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning".</remarks>
    public double ExpectedCalibrationError => Bins.Sum(bin => ShareOf(bin) * Math.Abs(bin.Gap));

    /// <summary>Maximum calibration error: the largest |p_b − y_b|. One bin of few rows can decide it.</summary>
    public double MaximumCalibrationError => Bins.Max(bin => Math.Abs(bin.Gap));

    /// <summary>Brier score: the mean of (p − y)², from 0 to 1. It does not depend on the bins. Smaller is better.</summary>
    /// <remarks>
    /// <para>It is <see cref="Reliability"/> − <see cref="Resolution"/> + <see cref="Uncertainty"/> + <see cref="WithinBinVariance"/> −
    /// <see cref="WithinBinCovariance"/>. Murphy's three terms alone have this sum if all probabilities of a bin are equal. Otherwise
    /// binning hides differences within a bin, which the other two terms measure.</para>
    /// <para>Murphy (1973), "A new vector partition of the probability score". Stephenson, Coelho and Jolliffe (2008), "Two extra
    /// components in the Brier score decomposition".</para>
    /// </remarks>
    public double BrierScore { get; private init; }

    /// <summary>Murphy's reliability: Σ n_b/n · (p_b − y_b)². 0 if every bin is calibrated.</summary>
    public double Reliability => Bins.Sum(bin => ShareOf(bin) * bin.Gap * bin.Gap);

    /// <summary>Murphy's resolution: Σ n_b/n · (y_b − y)², with the share y of all rows. Larger is better: the bins separate rows with the
    /// event from rows without it.</summary>
    public double Resolution => Bins.Sum(bin => ShareOf(bin) * Square(bin.PositiveShare - PositiveShare));

    /// <summary>Murphy's uncertainty: y·(1 − y), with the share y of all rows. The model has no influence on it.</summary>
    public double Uncertainty => PositiveShare * (1 - PositiveShare);

    /// <summary>The variance of probabilities within their bins: the mean of (p − p_b)².</summary>
    public double WithinBinVariance { get; private init; }

    /// <summary>Twice the covariance of probabilities and events within the bins: the mean of 2·(p − p_b)·(y − y_b).</summary>
    public double WithinBinCovariance { get; private init; }

    /// <summary>Measures the probabilities of one event.</summary>
    /// <param name="probabilities">[rows]; each from 0 to 1; at least one row.</param>
    /// <param name="outcomes">[rows]: above 0.5 if the event occurred.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on. Bins without rows are not part of the result.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <param name="name">The name of the event.</param>
    /// <exception cref="ArgumentException">There is no row, the lengths differ, a probability is not from 0 to 1, or the number of bins is
    /// out of range.</exception>
    public static CalibrationMetrics Measure(
        ReadOnlySpan<Real> probabilities, ReadOnlySpan<Real> outcomes, int numberOfBins = DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth, string name = "")
    {
        if (numberOfBins < 1) throw ValueRange.Refusal(nameof(numberOfBins), numberOfBins, "must be at least 1");
        if (!Enum.IsDefined(binning)) throw ValueRange.Refusal(nameof(binning), binning, "is not known");
        if (probabilities.IsEmpty) throw new ArgumentException("There are no rows. At least one is needed.", nameof(probabilities));
        if (probabilities.Length != outcomes.Length)
            throw new ArgumentException($"{probabilities.Length} probabilities do not fit {outcomes.Length} outcomes.", nameof(outcomes));
        for (var row = 0; row < probabilities.Length; row++)
            if (!(probabilities[row] >= 0 && probabilities[row] <= 1))
                throw new ArgumentException(
                    $"Probability {probabilities[row]} of row {row} is not from 0 to 1. Scores are not probabilities.",
                    nameof(probabilities));

        var edges = binning == ProbabilityBinning.EqualWidth ? EdgesOfEqualWidth(numberOfBins) : Quantiles(probabilities, numberOfBins);
        return Measure(probabilities, outcomes, edges, name);
    }

    /// <summary>Measures the probabilities of several events, each by itself.</summary>
    /// <param name="probabilities">[rows × events]; each from 0 to 1; at least one row.</param>
    /// <param name="outcomes">[rows × events]: above 0.5 if the event occurred.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <param name="names">[events], or empty: then events are named by their indices.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no row, a probability is not from 0 to 1, or the number of bins is
    /// out of range.</exception>
    public static IReadOnlyList<CalibrationMetrics> MeasureColumns(
        ReadOnlyMatrix probabilities, ReadOnlyMatrix outcomes, int numberOfBins = DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth, params IReadOnlyList<string> names)
    {
        int rows = probabilities.Rows, columns = probabilities.Columns;
        if (outcomes.Rows != rows || outcomes.Columns != columns)
            throw new ArgumentException(
                $"{rows} × {columns} probabilities do not fit {outcomes.Rows} × {outcomes.Columns} outcomes.", nameof(outcomes));
        var each = new CalibrationMetrics[columns];
        Real[] columnOfProbabilities = new Real[rows], columnOfOutcomes = new Real[rows];
        for (var j = 0; j < columns; j++)
        {
            for (var row = 0; row < rows; row++)
                (columnOfProbabilities[row], columnOfOutcomes[row]) = (probabilities.Row(row)[j], outcomes.Row(row)[j]);
            each[j] = Measure(columnOfProbabilities, columnOfOutcomes, numberOfBins, binning, Metric.NameOf(names, j));
        }
        return each;
    }

    private static CalibrationMetrics Measure(
        ReadOnlySpan<Real> probabilities, ReadOnlySpan<Real> outcomes, double[] edges, string name)
    {
        var rows = probabilities.Length;
        var binOf = new int[rows];
        int[] counts = new int[edges.Length - 1], positives = new int[counts.Length];
        var sums = new double[counts.Length];
        double brier = 0;
        for (var row = 0; row < rows; row++)
        {
            double p = probabilities[row];
            var outcome = Outcome(outcomes[row]);
            var bin = binOf[row] = BinOf(p, edges);
            counts[bin]++;
            positives[bin] += outcome;
            sums[bin] += p;
            brier += Square(p - outcome);
        }

        double variance = 0, covariance = 0;
        for (var row = 0; row < rows; row++)
        {
            var bin = binOf[row];
            var difference = probabilities[row] - sums[bin] / counts[bin];
            variance += difference * difference;
            covariance += 2 * difference * (Outcome(outcomes[row]) - (double)positives[bin] / counts[bin]);
        }

        var bins = Enumerable.Range(0, counts.Length).Where(bin => counts[bin] > 0).Select(bin => new CalibrationBin(
            edges[bin], edges[bin + 1], counts[bin], sums[bin] / counts[bin], (double)positives[bin] / counts[bin]));
        return new CalibrationMetrics(name, rows, [.. bins])
        {
            PositiveShare = (double)positives.Sum() / rows,
            MeanProbability = sums.Sum() / rows,
            BrierScore = brier / rows,
            WithinBinVariance = variance / rows,
            WithinBinCovariance = covariance / rows,
        };
    }

    private static double[] EdgesOfEqualWidth(int bins) => [.. Enumerable.Range(0, bins + 1).Select(k => (double)k / bins)];

    // The position k·(n − 1)/B of a quantile is split into integer and fraction without rounding.
    private static double[] Quantiles(ReadOnlySpan<Real> probabilities, int bins)
    {
        var sorted = probabilities.ToArray();
        Array.Sort(sorted);
        var edges = new double[bins + 1];
        for (var k = 0; k <= bins; k++)
        {
            var (index, rest) = Math.DivRem((long)k * (sorted.Length - 1), bins);
            double value = sorted[index];
            if (rest > 0) value += (sorted[index + 1] - value) * rest / bins;
            edges[k] = value;
        }
        return edges;
    }

    // The first bin whose upper edge is not below the probability; the last one if there is none.
    private static int BinOf(double probability, double[] edges)
    {
        int low = 0, high = edges.Length - 2;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (edges[middle + 1] < probability) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private double ShareOf(CalibrationBin bin) => (double)bin.Rows / Rows;

    private static int Outcome(Real value) => value > 0.5 ? 1 : 0;

    private static double Square(double value) => value * value;
}
