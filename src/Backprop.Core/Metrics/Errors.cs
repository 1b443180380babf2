using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>What regressions are measured by: weighted means over examples and target columns.</summary>
internal readonly struct Errors
{
    public Errors(ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        var means = new double[targets.Columns];
        double absolutes = 0, squares = 0, spread = 0, total = 0;
        for (var row = 0; row < targets.Rows; row++)
        {
            double weight = Metric.WeightOf(weights, row);
            total += weight;
            for (var j = 0; j < means.Length; j++) means[j] += weight * targets.Row(row)[j];
        }
        for (var j = 0; j < means.Length; j++) means[j] /= total;
        var predictionsOfATarget = predictions.Columns / targets.Columns;
        for (var row = 0; row < targets.Rows; row++)
            for (var j = 0; j < means.Length; j++)
            {
                double weight = Metric.WeightOf(weights, row), target = targets.Row(row)[j], error = predictions.Row(row)[j * predictionsOfATarget] - target;
                absolutes += weight * Math.Abs(error);
                squares += weight * error * error;
                spread += weight * (target - means[j]) * (target - means[j]);
            }
        total *= means.Length;
        (MeanOfAbsolutes, MeanOfSquares, VarianceOfTargets) = (absolutes / total, squares / total, spread / total);
    }

    public double MeanOfAbsolutes { get; }

    public double MeanOfSquares { get; }

    public double VarianceOfTargets { get; }
}
