using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>Errors of regressions: weighted means over the examples, for every target column.</summary>
internal sealed class Errors
{
    private readonly double[] _absolutes, _squares, _spreads;

    public Errors(ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? meter = null)
    {
        var columns = targets.Columns;
        var means = new double[columns];
        (_absolutes, _squares, _spreads) = (new double[columns], new double[columns], new double[columns]);
        double total = 0;
        for (var row = 0; row < targets.Rows; row++)
        {
            double weight = Metric.WeightOf(weights, row);
            total += weight;
            meter?.Add(2L * columns);
            for (var j = 0; j < columns; j++) means[j] += weight * targets.Row(row)[j];
        }
        for (var j = 0; j < columns; j++) means[j] /= total;
        var predictionsOfATarget = predictions.Columns / columns;
        for (var row = 0; row < targets.Rows; row++)
        {
            meter?.Add(8L * columns);
            for (var j = 0; j < columns; j++)
            {
                double share = Metric.WeightOf(weights, row) / total, target = targets.Row(row)[j],
                    error = predictions.Row(row)[j * predictionsOfATarget] - target;
                _absolutes[j] += share * Math.Abs(error);
                _squares[j] += share * error * error;
                _spreads[j] += share * (target - means[j]) * (target - means[j]);
            }
        }
    }

    public double MeanOfAbsolutes => _absolutes.Average();

    public double MeanOfSquares => _squares.Average();

    public double VarianceOfTargets => _spreads.Average();

    public TargetMetrics Of(int column, string name) =>
        new(name, _absolutes[column], _squares[column], Math.Sqrt(_squares[column]), 1 - _squares[column] / _spreads[column]);
}
