using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The mean of the classes' recalls: the share of a class's examples that are predicted right. So rare classes count as much as
/// others: scikit-learn's balanced accuracy.</summary>
public sealed record MacroAccuracy : Metric, IDecisionMetric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind is TargetKind.Binary or TargetKind.Class;

    /// <inheritdoc/>
    public override bool SuitsSeveralLabels => false;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        if (scores.Columns == 1) return ((IDecisionMetric)this).Of(DecisionCounts.Of(scores, targets, weights));
        double[] right = new double[scores.Columns], total = new double[scores.Columns];
        for (var row = 0; row < scores.Rows; row++)
        {
            var (k, weight) = (ClassOf(targets.Row(row)), WeightOf(weights, row));
            total[k] += weight;
            if (Largest(scores.Row(row)) == k) right[k] += weight;
        }
        return right.Zip(total).Where(pair => pair.Second > 0).Average(pair => pair.First / pair.Second);
    }

    double IDecisionMetric.Of(DecisionCounts counts)
    {
        double positives = counts.TruePositives + counts.FalseNegatives, negatives = counts.TrueNegatives + counts.FalsePositives;
        if (positives == 0) return counts.TrueNegatives / negatives;
        return negatives == 0
            ? counts.TruePositives / positives
            : (counts.TruePositives / positives + counts.TrueNegatives / negatives) / 2;
    }
}
