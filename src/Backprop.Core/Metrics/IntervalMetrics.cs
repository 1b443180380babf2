using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How the prediction intervals of one target fare.</summary>
/// <param name="Name">The name of the target; its index, from 0 on, if it has no name.</param>
/// <param name="Rows">Number of rows that have the target. The shares and widths are those of these rows; NaN without any.</param>
/// <param name="Coverage">The share of rows whose target is in its interval, ends included.</param>
/// <param name="ShareBelow">The share of rows whose target is below its interval.</param>
/// <param name="ShareAbove">The share of rows whose target is above its interval.</param>
/// <param name="MeanWidth">Mean of upper − lower end, in units of the target.</param>
/// <param name="MedianWidth">Median of upper − lower end, in units of the target.</param>
public sealed record TargetIntervalMetrics(
    string Name, int Rows, double Coverage, double ShareBelow, double ShareAbove, double MeanWidth, double MedianWidth);

/// <summary>How prediction intervals fare: of every target, and the plain mean over those that some row has.</summary>
public sealed class IntervalMetrics
{
    private IntervalMetrics(int rows, IReadOnlyList<TargetIntervalMetrics> targets) => (Rows, Targets) = (rows, targets);

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>The metrics of every target, in the order of the label column.</summary>
    public IReadOnlyList<TargetIntervalMetrics> Targets { get; }

    /// <summary>The share of targets that are in their interval, ends included.</summary>
    public double Coverage => Mean(target => target.Coverage);

    /// <summary>Mean of the targets' mean widths.</summary>
    public double MeanWidth => Mean(target => target.MeanWidth);

    /// <summary>Computes the metrics.</summary>
    /// <param name="intervals">[rows × 2·targets]: lower and upper end of each target. Infinite ends are allowed.</param>
    /// <param name="targets">[rows × targets]; at least one row. NaN for a missing target: each target is measured on the rows that have
    /// it.</param>
    /// <param name="names">[targets], or empty.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an end is NaN.</exception>
    public static IntervalMetrics Measure(ReadOnlyMatrix intervals, ReadOnlyMatrix targets, params IReadOnlyList<string> names)
    {
        if (targets.Rows == 0 || intervals.Rows != targets.Rows || intervals.Columns != 2 * targets.Columns)
            throw new ArgumentException(
                $"{intervals.Rows} × {intervals.Columns} ends of intervals do not fit {targets.Rows} × {targets.Columns} targets.",
                nameof(intervals));
        CheckKnown(intervals);
        var all = new TargetIntervalMetrics[targets.Columns];
        for (var j = 0; j < all.Length; j++) all[j] = Of(intervals, targets, j, Metric.NameOf(names, j));
        return new IntervalMetrics(targets.Rows, all);
    }

    private double Mean(Func<TargetIntervalMetrics, double> metric) =>
        Targets.Where(target => target.Rows > 0).Select(metric).DefaultIfEmpty(double.NaN).Average();

    // A comparison with NaN is false, so such a row would count as covered.
    private static void CheckKnown(ReadOnlyMatrix intervals)
    {
        for (var row = 0; row < intervals.Rows; row++)
            if (intervals.Row(row).IndexOf(Real.NaN) is >= 0 and var column)
                throw new ArgumentException(
                    $"Row {row}, column {column} of {nameof(intervals)} is NaN. Remove rows without a prediction.", nameof(intervals));
    }

    private static TargetIntervalMetrics Of(ReadOnlyMatrix intervals, ReadOnlyMatrix targets, int target, string name)
    {
        var known = TargetMeans.KnownRows(targets, target);
        if (known.Length == 0) return new TargetIntervalMetrics(name, 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        int below = 0, above = 0;
        var widths = new double[known.Length];
        for (var i = 0; i < widths.Length; i++)
        {
            var row = known[i];
            double y = targets.Row(row)[target], lower = intervals.Row(row)[2 * target], upper = intervals.Row(row)[2 * target + 1];
            if (y < lower) below++;
            else if (y > upper) above++;
            widths[i] = upper - lower;
        }
        var mean = widths.Average();
        Array.Sort(widths);
        double rows = widths.Length, median = (widths[(widths.Length - 1) / 2] + widths[widths.Length / 2]) / 2;
        return new TargetIntervalMetrics(name, widths.Length, 1 - (below + above) / rows, below / rows, above / rows, mean, median);
    }
}
