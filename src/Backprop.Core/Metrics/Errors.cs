using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>Errors of regressions: weighted means over the examples, for every target column. Missing targets (NaN) are not part of
/// them.</summary>
internal sealed class Errors
{
    private readonly double[] _totals, _absolutes, _squares, _spreads;

    public Errors(ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? meter = null)
    {
        var columns = targets.Columns;
        var means = new double[columns];
        (_absolutes, _squares, _spreads) = (new double[columns], new double[columns], new double[columns]);
        var totals = _totals = new double[columns];
        for (var row = 0; row < targets.Rows; row++)
        {
            double weight = Metric.WeightOf(weights, row);
            meter?.Add(2L * columns);
            for (var j = 0; j < columns; j++)
            {
                if (Real.IsNaN(targets.Row(row)[j])) continue;
                totals[j] += weight;
                means[j] += weight * targets.Row(row)[j];
            }
        }
        for (var j = 0; j < columns; j++) means[j] /= totals[j];
        var predictionsOfATarget = predictions.Columns / columns;
        for (var row = 0; row < targets.Rows; row++)
        {
            meter?.Add(8L * columns);
            for (var j = 0; j < columns; j++)
            {
                if (Real.IsNaN(targets.Row(row)[j])) continue;
                double share = Metric.WeightOf(weights, row) / totals[j], target = targets.Row(row)[j],
                    error = predictions.Row(row)[j * predictionsOfATarget] - target;
                _absolutes[j] += share * Math.Abs(error);
                _squares[j] += share * error * error;
                _spreads[j] += share * (target - means[j]) * (target - means[j]);
            }
        }
    }

    public double MeanOfAbsolutes => MeanOf(_absolutes);

    public double MeanOfSquares => MeanOf(_squares);

    public double VarianceOfTargets => MeanOf(_spreads);

    /// <summary>Whether some example has a target.</summary>
    public bool IsKnown(int column) => _totals[column] > 0;

    /// <summary>The errors of one target; NaN if no example has it.</summary>
    public TargetMetrics Of(int column, string name) => IsKnown(column)
        ? new(name, _absolutes[column], _squares[column], Math.Sqrt(_squares[column]), 1 - _squares[column] / _spreads[column])
        : new(name, double.NaN, double.NaN, double.NaN, double.NaN);

    // Over the targets that some example has.
    private double MeanOf(double[] values) =>
        values.Where((_, column) => IsKnown(column)).DefaultIfEmpty(double.NaN).Average();
}
