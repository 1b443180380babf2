using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric on some rows, with a bootstrap confidence interval: how far it varies with the choice of the rows. The model is the
/// same.</summary>
/// <remarks>
/// <para>A bootstrap sample has as many rows as the data, drawn with replacement. With the confidence c, the interval is from
/// the quantile (1 − c)/2 to (1 + c)/2 of the metric over the samples. Quantiles have linear interpolation. This is the percentile interval
/// of Efron and Tibshirani (1993), "An introduction to the bootstrap", §13.3.</para>
/// <para>The rows must be independent. If several rows belong to one person or one day, the true interval is wider.</para>
/// </remarks>
public sealed record MetricInterval
{
    private MetricInterval(Metric metric, double value, double lower, double upper, double confidence, int samples, int undefined)
    {
        (Metric, Value, Lower, Upper) = (metric, value, lower, upper);
        (Confidence, Samples, UndefinedSamples) = (confidence, samples, undefined);
    }

    /// <summary>The metric.</summary>
    public Metric Metric { get; }

    /// <summary>The metric on all rows; NaN where it is not defined. For several targets or labels, the mean over them.</summary>
    public double Value { get; }

    /// <summary>The lower end of the interval; NaN if the metric is not defined on any sample.</summary>
    public double Lower { get; }

    /// <summary>The upper end of the interval; NaN if the metric is not defined on any sample.</summary>
    public double Upper { get; }

    /// <summary>The confidence of the interval.</summary>
    public double Confidence { get; }

    /// <summary>Number of bootstrap samples.</summary>
    public int Samples { get; }

    /// <summary>Number of samples on which the metric is not defined, such as those of one class. The interval is that of the
    /// others.</summary>
    public int UndefinedSamples { get; }

    /// <summary>Measures metrics with their intervals. All metrics have the same samples.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="scores">[rows × outputs]; at least one row.</param>
    /// <param name="predictions">[rows × outputs]</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="samples">Number of bootstrap samples; at least 2. Efron and Tibshirani recommend 1,000.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    /// <param name="seed">Decides the samples.</param>
    /// <param name="threads">Number of threads; null for all processors. The result does not depend on it.</param>
    /// <exception cref="ArgumentException">There is no row, the shapes differ, a value is out of range, or a metric is one of
    /// groups.</exception>
    public static IReadOnlyList<MetricInterval> Measure(
        IReadOnlyList<Metric> metrics, ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, int samples = 1000,
        double confidence = 0.95, int seed = 0, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.FirstOrDefault(metric => metric is GroupMetric) is { } ofGroups)
            throw new ArgumentException(
                $"{ofGroups.GetType().Name} is a metric of groups, but samples are drawn from single rows. Use metrics of rows.",
                nameof(metrics));
        if (samples < 2) throw ValueRange.Refusal(nameof(samples), samples, "must be at least 2");
        ValueRange.BetweenZeroAndOne.Checked(confidence, nameof(confidence));
        if (threads < 1) throw ValueRange.Refusal(nameof(threads), threads, "must be at least 1");
        if (targets.Rows == 0 || scores.Rows != targets.Rows || predictions.Rows != targets.Rows)
            throw new ArgumentException(
                $"{scores.Rows} rows of scores and {predictions.Rows} of predictions do not fit {targets.Rows} rows of targets. "
                + "The counts must be equal, and at least 1.",
                nameof(targets));

        var rows = new MeasuredRows(scores, predictions, targets);
        var values = new double[metrics.Count, samples];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount };
        Parallel.For(0, samples, limit, sample =>
        {
            var counts = rows.Draw(seed, sample);
            for (var i = 0; i < metrics.Count; i++) values[i, sample] = rows.Measure(metrics[i], counts);
        });
        return [.. metrics.Select((metric, i) => Of(metric, rows.Measure(metric, []), Defined(i)))];

        double[] Defined(int metric) =>
            [.. Enumerable.Range(0, samples).Select(sample => values[metric, sample]).Where(double.IsFinite).Order()];

        MetricInterval Of(Metric metric, double value, double[] sorted)
        {
            var (lower, upper) = sorted.Length == 0
                ? (double.NaN, double.NaN)
                : (SortedValues.Quantile(sorted, (1 - confidence) / 2), SortedValues.Quantile(sorted, (1 + confidence) / 2));
            return new MetricInterval(metric, value, lower, upper, confidence, samples, samples - sorted.Length);
        }
    }

    /// <summary>The rows as arrays, because threads cannot share spans.</summary>
    private sealed class MeasuredRows
    {
        private readonly Real[] _scores, _predictions, _targets;
        private readonly int _rows;

        public MeasuredRows(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets)
        {
            (_scores, _predictions) = (scores.Values.ToArray(), predictions.Values.ToArray());
            (_targets, _rows) = (targets.Values.ToArray(), targets.Rows);
        }

        /// <summary>How often each row is in a sample. A row that is drawn twice has the weight 2.</summary>
        public Real[] Draw(int seed, int sample)
        {
            var random = new RandomSequence(seed, RandomPurpose.Bootstrap, sample);
            var counts = new Real[_rows];
            for (var draw = 0; draw < _rows; draw++) counts[random.NextIndex(_rows)]++;
            return counts;
        }

        public double Measure(Metric metric, ReadOnlySpan<Real> weights) =>
            TargetMeans.Of(metric, Matrix(_scores), Matrix(_predictions), Matrix(_targets), weights);

        private ReadOnlyMatrix Matrix(Real[] values) => new(values, _rows, values.Length / _rows);
    }
}
