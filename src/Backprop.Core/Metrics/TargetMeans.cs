using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric of one target for each of several targets, and the plain mean.</summary>
internal static class TargetMeans
{
    /// <summary>Computes the metric of every target by itself.</summary>
    /// <param name="metric">The metric of one target.</param>
    /// <param name="scores">[rows × (targets · scores of each)]; of several, the first one is used.</param>
    /// <param name="predictions">The same shape.</param>
    /// <param name="targets">[rows × targets]</param>
    /// <param name="weights">[rows], or empty if all weights are equal.</param>
    public static double Of(
        Metric metric, ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights = default)
    {
        if (targets.Columns == 1) return metric.Measure(scores, predictions, targets, weights);
        var each = scores.Columns / targets.Columns;
        double sum = 0;
        for (var target = 0; target < targets.Columns; target++)
            sum += metric.Measure(
                Column(scores, target * each), Column(predictions, target * each), Column(targets, target), weights);
        return sum / targets.Columns;
    }

    /// <summary>The same without the targets for which the metric is not defined (<see cref="MetricNeeds.LackOf"/>). NaN if it is not
    /// defined for any target.</summary>
    public static double OfDefined(
        Metric metric, ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights,
        WorkMeter? work)
    {
        var each = scores.Columns / targets.Columns;
        var (sum, defined) = (0.0, 0);
        for (var target = 0; target < targets.Columns; target++)
        {
            var own = Column(targets, target);
            if (MetricNeeds.LackOf(metric, own) is not null) continue;
            var value = metric.Measure(Column(scores, target * each), Column(predictions, target * each), own, weights, work);
            if (double.IsNaN(value)) continue;
            sum += value;
            defined++;
        }
        return sum / defined;
    }

    /// <summary>One column of a matrix.</summary>
    public static ReadOnlyMatrix Column(ReadOnlyMatrix matrix, int column)
    {
        var values = new Real[matrix.Rows];
        for (var row = 0; row < values.Length; row++) values[row] = matrix.Row(row)[column];
        return new ReadOnlyMatrix(values, values.Length, 1);
    }
}
