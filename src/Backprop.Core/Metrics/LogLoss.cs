using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The mean of −log p of the class that an example has, in nats, whatever the loss was: without label smoothing or focus. p is
/// clipped to at least 1e-15.</summary>
public sealed record LogLoss : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind is TargetKind.Binary or TargetKind.Class;

    /// <inheritdoc/>
    public override bool SuitsSeveralLabels => false;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        double sum = 0, total = 0;
        for (var row = 0; row < predictions.Rows; row++)
        {
            var p = predictions.Row(row);
            var weight = WeightOf(weights, row);
            double likelihood = p.Length > 1 ? p[ClassOf(targets.Row(row))] : targets.Row(row)[0] > 0.5 ? p[0] : 1 - (double)p[0];
            sum -= weight * Math.Log(Math.Max(likelihood, 1e-15));
            total += weight;
        }
        return sum / total;
    }
}
