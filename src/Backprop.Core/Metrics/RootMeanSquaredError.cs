using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The root of the mean of (prediction − target)². If a loss makes several predictions for a target, the first one is
/// used.</summary>
public sealed record RootMeanSquaredError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Real;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        Math.Sqrt(new Errors(predictions, targets, weights).MeanOfSquares);
}
