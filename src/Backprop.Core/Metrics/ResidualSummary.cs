using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The residuals of a regression: label − prediction, in units of the target.</summary>
public sealed record ResidualSummary
{
    private const int MaxBins = 40;

    private ResidualSummary(
        string target, IReadOnlyList<HistogramBin> histogram, IReadOnlyList<(double Prediction, double Label)> points) =>
        (Target, Histogram, Points) = (target, histogram, points);

    /// <summary>The name of the target.</summary>
    public string Target { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; private init; }

    /// <summary>The mean residual: above 0 if predictions are too low on average.</summary>
    public double Mean { get; private init; }

    /// <summary>Standard deviation of the residuals, with the divisor n.</summary>
    public double StandardDeviation { get; private init; }

    /// <summary>The median residual.</summary>
    public double Median { get; private init; }

    /// <summary>The quantile 0.05: 5 % of the residuals are below.</summary>
    public double Lower { get; private init; }

    /// <summary>The quantile 0.95: 5 % of the residuals are above.</summary>
    public double Upper { get; private init; }

    /// <summary>Counts of residuals in intervals of equal width, in ascending order.</summary>
    /// <remarks>The width is 2 · IQR / ∛n: Freedman and Diaconis (1981), "On the histogram as a density estimator". There are at most 40
    /// bins.</remarks>
    public IReadOnlyList<HistogramBin> Histogram { get; }

    /// <summary>Prediction and label of some rows, chosen at random if there are many. They are in the order of the data.</summary>
    public IReadOnlyList<(double Prediction, double Label)> Points { get; }

    /// <summary>Computes the residuals.</summary>
    /// <param name="target">The name of the target.</param>
    /// <param name="predictions">[rows]; finite; at least one.</param>
    /// <param name="labels">[rows]; finite.</param>
    /// <param name="maximumPoints">The number of points at most.</param>
    /// <param name="seed">Decides which rows are points.</param>
    /// <exception cref="ArgumentException">There is no row, or the lengths differ.</exception>
    public static ResidualSummary Of(
        string target, ReadOnlySpan<Real> predictions, ReadOnlySpan<Real> labels, int maximumPoints = 500, int seed = 0)
    {
        if (predictions.IsEmpty || predictions.Length != labels.Length)
            throw new ArgumentException($"{predictions.Length} predictions do not fit {labels.Length} labels.", nameof(labels));
        var residuals = new double[labels.Length];
        for (var row = 0; row < residuals.Length; row++) residuals[row] = labels[row] - (double)predictions[row];
        int[] shown = [.. Enumerable.Range(0, residuals.Length)];
        if (shown.Length > maximumPoints)
        {
            new RandomSequence(seed, RandomPurpose.Examples).Shuffle(shown);
            shown = [.. shown.Take(maximumPoints).Order()];
        }
        var points = new (double, double)[shown.Length];
        for (var i = 0; i < shown.Length; i++) points[i] = (predictions[shown[i]], labels[shown[i]]);

        var mean = residuals.Average();
        var variance = residuals.Average(value => (value - mean) * (value - mean));
        Array.Sort(residuals);
        return new ResidualSummary(target, HistogramOf(residuals), points)
        {
            Rows = residuals.Length,
            Mean = mean,
            StandardDeviation = Math.Sqrt(variance),
            Median = SortedValues.Quantile(residuals, 0.5),
            Lower = SortedValues.Quantile(residuals, 0.05),
            Upper = SortedValues.Quantile(residuals, 0.95),
        };
    }

    private static HistogramBin[] HistogramOf(double[] sorted)
    {
        double low = sorted[0], high = sorted[^1];
        if (low == high) return [new HistogramBin(low, high, sorted.Length)];
        var spread = SortedValues.Quantile(sorted, 0.75) - SortedValues.Quantile(sorted, 0.25);
        var ideal = spread > 0 ? (high - low) * Math.Cbrt(sorted.Length) / (2 * spread) : MaxBins;
        var count = (int)Math.Ceiling(Math.Min(ideal, MaxBins));
        var counts = new int[count];
        foreach (var value in sorted) counts[Math.Min((int)((value - low) / (high - low) * count), count - 1)]++;
        return [.. counts.Select((rows, bin) => new HistogramBin(Edge(bin), Edge(bin + 1), rows))];

        double Edge(int bin) => low + (high - low) * bin / count;
    }
}

/// <summary>One interval of a histogram.</summary>
/// <param name="Lower">The lower edge.</param>
/// <param name="Upper">The upper edge; it belongs to the next bin, except for the last bin.</param>
/// <param name="Rows">Number of values.</param>
public sealed record HistogramBin(double Lower, double Upper, int Rows);
