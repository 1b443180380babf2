using System.Globalization;
using System.Text;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Losses;

/// <summary>For the quantile τ, with r = y − z: L = max(τ·r, (τ − 1)·r), averaged over quantiles and targets. ∂L/∂z = −τ where y &gt; z, 1
/// − τ where y &lt; z, 0 at a tie. One score for each quantile; the predictions are the scores in ascending order.</summary>
/// <remarks>
/// Koenker and Bassett (1978), "Regression quantiles". Scores are ordered by target, and by quantile within each target. Learned quantiles
/// may cross, so predictions are sorted: Chernozhukov, Fernández-Val and Galichon (2010), "Quantile and probability curves without
/// crossing", show that this never makes them worse. PyTorch has no such loss; scikit-learn's mean_pinball_loss is the same.
/// </remarks>
public sealed record PinballLoss : RowLoss
{
    /// <summary>The quantiles τ: for each prediction, the share of the targets below it.</summary>
    /// <value>0.5, the median. At least one; each above 0 and below 1, in ascending order, none twice. Copied.</value>
    public IReadOnlyList<double> Quantiles
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            double[] quantiles = [.. value];
            var inOrder = quantiles.Length > 0 && quantiles.Zip(quantiles.Skip(1), (low, high) => low < high).All(ascends => ascends);
            if (!inOrder || !quantiles.All(quantile => quantile is > 0 and < 1))
                throw new ArgumentOutOfRangeException(
                    nameof(Quantiles), Text(quantiles), "at least one is needed, each above 0 and below 1, in ascending order");
            field = Array.AsReadOnly(quantiles);
        }
    } = [0.5];

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override int OutputsFor(int targetColumns) => checked(targetColumns * Quantiles.Count);

    /// <inheritdoc/>
    public override IReadOnlyList<string> PredictionNames =>
        Quantiles.Count == 1 ? [] : [.. Quantiles.Select(quantile => string.Create(CultureInfo.InvariantCulture, $"Quantile {quantile}"))];

    /// <inheritdoc/>
    public override void ScaleScores(
        ReadOnlySpan<Real> targetMeans, ReadOnlySpan<Real> targetFactors, Span<Real> scoreMeans, Span<Real> scoreFactors)
    {
        for (var i = 0; i < scoreMeans.Length; i++)
            (scoreMeans[i], scoreFactors[i]) = (targetMeans[i / Quantiles.Count], targetFactors[i / Quantiles.Count]);
    }

    /// <inheritdoc/>
    public override void BoundScores(
        ReadOnlySpan<Real> targetLeast, ReadOnlySpan<Real> targetMost, Span<Real> scoreLeast, Span<Real> scoreMost)
    {
        for (var i = 0; i < scoreLeast.Length; i++)
            (scoreLeast[i], scoreMost[i]) = (targetLeast[i / Quantiles.Count], targetMost[i / Quantiles.Count]);
    }

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        var share = (Real)1 / scores.Columns;
        for (var row = 0; row < scores.Rows; row++)
        {
            double sum = 0;
            for (var q = 0; q < Quantiles.Count; q++)
                sum += Compare((Real)Quantiles[q], q, share, scores.Row(row), targets.Row(row), gradient.Row(row));
            losses[row] = (Real)(sum / scores.Columns);
        }
    }

    internal override PredictionBounds BoundsOf(ReadOnlySpan<Real> predictions) => new(predictions[0], predictions[^1], 1);

    internal override LossLink Link => LossLink.Sorted;

    internal override MemberAverage Averaging => MemberAverage.Sorted;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        if (Quantiles.Count == 1) return;
        for (var first = 0; first < scores.Values.Length; first += Quantiles.Count) scores.Values.Slice(first, Quantiles.Count).Sort();
    }

    /// <summary>The mean of every quantile, once each member's are in order.</summary>
    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages)
    {
        Predict(scores);
        base.AverageMembers(scores, averages);
    }

    /// <summary>Whether the quantiles are the same.</summary>
    public bool Equals(PinballLoss? other) => other is not null && Quantiles.SequenceEqual(other.Quantiles);

    /// <inheritdoc/>
    public override int GetHashCode() => Quantiles.Aggregate(Quantiles.Count, HashCode.Combine);

    /// <summary>Lists the quantiles.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(Quantiles)).Append(" = ").Append(Text(Quantiles));
        return true;
    }

    // One quantile of every target.
    private double Compare(Real tau, int q, Real share, ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        double sum = 0;
        for (var t = 0; t < y.Length; t++)
        {
            var i = t * Quantiles.Count + q;
            var rest = y[t] - z[i];
            sum += Real.Max(tau * rest, (tau - 1) * rest);
            dz[i] = rest > 0 ? -tau * share : rest < 0 ? (1 - tau) * share : 0;
        }
        return sum;
    }

    private static string Text(IEnumerable<double> quantiles) =>
        $"[{string.Join(", ", quantiles.Select(quantile => quantile.ToString(CultureInfo.InvariantCulture)))}]";
}
