using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The harmonic mean of precision and recall of the positive class, with the threshold at score 0: 2·TP / (2·TP + FP + FN). 0
/// where no positive is found.</summary>
public sealed record F1Score : Metric, IDecisionMetric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Binary;

    /// <inheritdoc/>
    public override bool SuitsSeveralLabels => false;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        ((IDecisionMetric)this).Of(DecisionCounts.Of(scores, targets, weights));

    double IDecisionMetric.Of(DecisionCounts counts) =>
        counts.TruePositives == 0
            ? 0
            : 2 * counts.TruePositives / (2 * counts.TruePositives + counts.FalsePositives + counts.FalseNegatives);
}
