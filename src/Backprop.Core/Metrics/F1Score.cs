using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>The harmonic mean of precision and recall of the positive class, with the threshold at score 0: 2·TP / (2·TP + FP + FN). 0 where no positive is found.</summary>
public sealed record F1Score : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Binary;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        double found = 0, wrong = 0;
        for (var row = 0; row < scores.Rows; row++)
        {
            var (isPositive, isCalledPositive) = (targets.Row(row)[0] > 0.5, scores.Row(row)[0] > 0);
            if (isPositive && isCalledPositive) found += WeightOf(weights, row);
            else if (isPositive != isCalledPositive) wrong += WeightOf(weights, row);
        }
        return found == 0 ? 0 : 2 * found / (2 * found + wrong);
    }
}
