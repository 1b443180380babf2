using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The share of examples whose class is predicted right: of two classes, by the sign of the score; of several, by the largest
/// score (ML.NET's MicroAccuracy).</summary>
public sealed record Accuracy : Metric, IDecisionMetric
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
        double right = 0, total = 0;
        for (var row = 0; row < scores.Rows; row++)
        {
            var weight = WeightOf(weights, row);
            total += weight;
            if (Largest(scores.Row(row)) == ClassOf(targets.Row(row))) right += weight;
        }
        return right / total;
    }

    double IDecisionMetric.Of(DecisionCounts counts) =>
        (counts.TruePositives + counts.TrueNegatives) / (
            counts.TruePositives + counts.TrueNegatives + counts.FalsePositives + counts.FalseNegatives);
}
