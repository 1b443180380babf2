using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric of one target for each of several targets, and the plain mean.</summary>
internal static class TargetMeans
{
    /// <summary>Computes the metric of every target by itself. Of several targets, those for which it is defined count, as in
    /// <see cref="OfDefined"/>.</summary>
    /// <param name="metric">The metric of one target.</param>
    /// <param name="scores">[rows × (targets · scores of each)]; of several, the first one is used.</param>
    /// <param name="predictions">The same shape.</param>
    /// <param name="targets">[rows × targets]</param>
    /// <param name="weights">[rows], or empty if all weights are equal.</param>
    public static double Of(
        Metric metric, ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights = default)
    {
        return targets.Columns == 1
            ? metric.Measure(scores, predictions, targets, weights)
            : OfDefined(metric, scores, predictions, targets, weights, factors: [], work: null);
    }

    /// <summary>The same without missing targets (NaN), and without the targets for which the metric is not defined
    /// (<see cref="MetricNeeds.LackOf"/>). NaN if it is not defined for any target.</summary>
    /// <remarks>Errors are multiplied by the factors of the standardized targets (empty for none), so that the mean does not depend on
    /// units.</remarks>
    public static double OfDefined(
        Metric metric, ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights,
        ReadOnlySpan<Real> factors, WorkMeter? work)
    {
        var each = scores.Columns / targets.Columns;
        var (sum, defined) = (0.0, 0);
        for (var target = 0; target < targets.Columns; target++)
        {
            var known = KnownRows(targets, target);
            var own = Column(targets, target, known);
            if (MetricNeeds.LackOf(metric, own) is not null) continue;
            var value = metric.Measure(
                Column(scores, target * each, known), Column(predictions, target * each, known), own, WeightsOf(weights, known), work);
            if (double.IsNaN(value)) continue;
            var isScaled = !factors.IsEmpty && metric is MeanAbsoluteError or RootMeanSquaredError;
            sum += isScaled ? value * factors[target] : value;
            defined++;
        }
        return sum / defined;
    }

    /// <summary>The rows whose target is not missing (NaN).</summary>
    public static int[] KnownRows(ReadOnlyMatrix targets, int target)
    {
        var rows = new List<int>(targets.Rows);
        for (var row = 0; row < targets.Rows; row++)
            if (!Real.IsNaN(targets.Row(row)[target])) rows.Add(row);
        return [.. rows];
    }

    /// <summary>Some rows of one column of a matrix.</summary>
    public static ReadOnlyMatrix Column(ReadOnlyMatrix matrix, int column, ReadOnlySpan<int> rows)
    {
        var values = new Real[rows.Length];
        for (var i = 0; i < values.Length; i++) values[i] = matrix.Row(rows[i])[column];
        return new ReadOnlyMatrix(values, values.Length, 1);
    }

    private static Real[] WeightsOf(ReadOnlySpan<Real> weights, int[] rows)
    {
        if (weights.IsEmpty) return [];
        var own = new Real[rows.Length];
        for (var i = 0; i < own.Length; i++) own[i] = weights[rows[i]];
        return own;
    }

    /// <summary>One column of a matrix.</summary>
    public static ReadOnlyMatrix Column(ReadOnlyMatrix matrix, int column)
    {
        var values = new Real[matrix.Rows];
        for (var row = 0; row < values.Length; row++) values[row] = matrix.Row(row)[column];
        return new ReadOnlyMatrix(values, values.Length, 1);
    }
}
