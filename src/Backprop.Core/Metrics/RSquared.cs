using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>R²: the share of the targets' variance that is explained, 1 − Σ(prediction − target)² / Σ(target − mean)². If a loss makes
/// several predictions for a target, the first one is used.</summary>
public sealed record RSquared : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Real;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        var errors = new Errors(predictions, targets, weights);
        return 1 - errors.MeanOfSquares / errors.VarianceOfTargets;
    }
}
