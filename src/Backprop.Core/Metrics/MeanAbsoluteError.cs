using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The mean of |prediction − target|. If a loss makes several predictions for a target, the first one is used.</summary>
public sealed record MeanAbsoluteError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Real;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        new Errors(predictions, targets, weights).MeanOfAbsolutes;
}
