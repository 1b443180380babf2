using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The base of metrics that depend only on the order of the scores of two classes.</summary>
public abstract record ThresholdFreeMetric : Metric
{
    private const long WorkOfGroup = 32;

    private protected ThresholdFreeMetric()
    {
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Binary;

    /// <inheritdoc/>
    public override bool SuitsSeveralLabels => false;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        Measure(scores, predictions, targets, weights, meter: null);

    internal override double Measure(
        ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? meter)
    {
        var rows = scores.Rows;
        var (keys, order) = (new Real[rows], new int[rows]);
        for (var row = 0; row < rows; row++) (keys[row], order[row]) = (-scores.Row(row)[0], row);
        if (keys.AsSpan().Contains(Real.NaN)) return double.NaN; // it has no position in the order
        ChunkedSort.Sort(keys, order, meter);

        // Examples with equal scores are one group, because their order is arbitrary.
        List<(double Positive, double Negative)> groups = [];
        for (var first = 0; first < rows;)
        {
            double positive = 0, negative = 0;
            var end = first;
            meter?.Add(WorkOfGroup);
            for (; end < rows && keys[end] == keys[first]; end++)
            {
                var weight = WeightOf(weights, order[end]);
                if (targets.Row(order[end])[0] > 0.5) positive += weight;
                else negative += weight;
            }
            if (positive + negative > 0) groups.Add((positive, negative)); // rows of weight 0 have no precision
            first = end;
        }
        return Measure(groups, groups.Sum(group => group.Positive), groups.Sum(group => group.Negative));
    }

    /// <summary>Computes the metric from the weights of both classes at every score, from the highest score to the lowest.</summary>
    private protected abstract double Measure(IReadOnlyList<(double Positive, double Negative)> groups, double positives, double negatives);
}
