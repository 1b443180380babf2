using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Losses;

/// <summary>A loss as training uses it for targets that are missing, or for labels with factors: each target is evaluated by itself
/// (<see cref="EachTarget"/>). Everything else is that of the loss.</summary>
/// <remarks>Without missing targets and factors, the values are those of the loss, but not bit by bit.</remarks>
/// <param name="Of">The loss of the trained network.</param>
/// <param name="Factors">Factors of the values of labels; null for none.</param>
internal sealed record TargetwiseLoss(Loss Of, LabelFactors? Factors) : RowLoss
{
    public override TargetKind TargetKind => Of.TargetKind;

    public override bool AllowsTargetScaling => Of.AllowsTargetScaling;

    public override bool HasLogits => Of.HasLogits;

    public override int OutputsFor(int targetColumns) => Of.OutputsFor(targetColumns);

    public override bool FitsTargets(int outputs, int targetColumns) => Of.FitsTargets(outputs, targetColumns);

    public override IReadOnlyList<string> PredictionNames => Of.PredictionNames;

    public override string AllowedTargets => Of.AllowedTargets;

    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => Of.AllowsTargets(targets, outputs);

    public override void ScaleScores(
        ReadOnlySpan<Real> targetMeans, ReadOnlySpan<Real> targetFactors, Span<Real> scoreMeans, Span<Real> scoreFactors) =>
        Of.ScaleScores(targetMeans, targetFactors, scoreMeans, scoreFactors);

    public override void BoundScores(
        ReadOnlySpan<Real> targetLeast, ReadOnlySpan<Real> targetMost, Span<Real> scoreLeast, Span<Real> scoreMost) =>
        Of.BoundScores(targetLeast, targetMost, scoreLeast, scoreMost);

    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        EachTarget.EvaluateRows(Of, Factors, scores, targets, losses, gradient);

    public override Loss WithSmoothingTimes(double factor) => factor == 1 ? this : this with { Of = Of.WithSmoothingTimes(factor) };

    public override void Predict(Matrix scores) => Of.Predict(scores);

    public override void AverageMembers(Matrix scores, Matrix averages) => Of.AverageMembers(scores, averages);

    internal override LossLink Link => Of.Link;

    internal override bool HasMonotoneLink => Of.HasMonotoneLink;

    internal override MemberAverage Averaging => Of.Averaging;

    internal override Loss OfTarget(int target) => Of.OfTarget(target);

    internal override double ShareOf(int target, int targets) => Of.ShareOf(target, targets);

    internal override PredictionBounds BoundsOf(ReadOnlySpan<Real> predictions) => Of.BoundsOf(predictions);
}
