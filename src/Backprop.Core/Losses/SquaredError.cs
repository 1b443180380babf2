using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = (1/T)·Σ (z − y)² over the T outputs; ∂L/∂z = (2/T)·(z − y). The prediction is the score.</summary>
/// <remarks>As PyTorch's MSELoss. scikit-learn and many textbooks halve it: for one output, their learning rate α is α/2 here.</remarks>
public sealed record SquaredError : RowLoss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        var mean = 1 / (Real)scores.Columns;
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> z = scores.Row(row), y = targets.Row(row);
            var dz = gradient.Row(row);
            Real sum = 0;
            for (var t = 0; t < z.Length; t++)
            {
                var error = z[t] - y[t];
                sum += error * error;
                dz[t] = 2 * mean * error;
            }
            losses[row] = mean * sum;
        }
    }

    internal override LossLink Link => LossLink.Identity;

    internal override MemberAverage Averaging => MemberAverage.Mean;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
    }
}
