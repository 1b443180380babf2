using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The prediction that ignores all columns: the mean of a target, or the shares of the classes. A useful model is
/// better.</summary>
internal static class ConstantPrediction
{
    /// <summary>Metrics of this prediction, on the rows that its means and shares are of.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="kind">The kind of the targets.</param>
    /// <param name="outputs">Predictions of a row.</param>
    /// <param name="targets">[rows × target columns]; at least one row.</param>
    public static IReadOnlyList<double> Measure(IReadOnlyList<Metric> metrics, TargetKind kind, int outputs, ReadOnlyMatrix targets)
    {
        var means = Means(kind, outputs, targets);
        Real[] predictions = new Real[targets.Rows * outputs], scores = new Real[predictions.Length];
        for (var i = 0; i < predictions.Length; i++)
        {
            predictions[i] = (Real)means[i % outputs];
            scores[i] = kind == TargetKind.Binary ? (means[i % outputs] > 0.5 ? 1 : -1) : predictions[i];
        }
        var (rows, values) = (targets.Rows, new double[metrics.Count]);
        for (var i = 0; i < values.Length; i++)
            values[i] = TargetMeans.Of(
                metrics[i], new ReadOnlyMatrix(scores, rows, outputs), new ReadOnlyMatrix(predictions, rows, outputs), targets);
        return values;
    }

    private static double[] Means(TargetKind kind, int outputs, ReadOnlyMatrix targets)
    {
        var means = new double[outputs];
        var each = outputs / targets.Columns;
        for (var target = 0; target < targets.Columns; target++)
        {
            var known = TargetMeans.KnownRows(targets, target);
            foreach (var row in known)
                for (var k = target * each; k < (target + 1) * each; k++)
                {
                    double value = targets.Row(row)[target];
                    if (kind == TargetKind.Class) value = value == k ? 1 : 0;
                    means[k] += value / known.Length;
                }
        }
        return means;
    }
}
