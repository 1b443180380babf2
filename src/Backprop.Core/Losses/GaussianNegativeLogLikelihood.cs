using System.Runtime.CompilerServices;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Losses;

/// <summary>Each target has two scores: the mean m and the logarithm s of the variance. L = ½·(s + (y − m)²·e⁻ˢ), averaged over the
/// targets. ∂L/∂m = (m − y)·e⁻ˢ, ∂L/∂s = ½·(1 − (y − m)²·e⁻ˢ). The predictions are the mean m and the variance eˢ.</summary>
/// <remarks>
/// Nix and Weigend (1994), "Estimating the mean and variance of the target probability distribution". As PyTorch's GaussianNLLLoss with the
/// variance eˢ, without its constant ½·log 2π; a good loss may be negative. s is clipped to [−10, 10], and its derivative is 0 beyond these
/// bounds. So one row of almost no variance cannot outweigh all others (PyTorch keeps the variance above 1e-6 instead). The scores are
/// ordered by target: m and s of the first target, then those of the second. Predicted variances stay between e⁻³⁰ and e³⁰.
/// </remarks>
public sealed record GaussianNegativeLogLikelihood : RowLoss
{
    private const double LargestLogVariance = 10, LogOfLeastVariance = -30, MinExponent = -600, MaxExponent = 600;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override int OutputsFor(int targetColumns) => checked(2 * targetColumns);

    /// <inheritdoc/>
    public override IReadOnlyList<string> PredictionNames => ["Mean", "Variance"];

    // The variance of y is that of (y − mean)·factor divided by factor². It is nearly 0 for a constant target.
    /// <inheritdoc/>
    public override void ScaleScores(
        ReadOnlySpan<Real> targetMeans, ReadOnlySpan<Real> targetFactors, Span<Real> scoreMeans, Span<Real> scoreFactors)
    {
        for (var t = 0; t < targetMeans.Length; t++)
        {
            var isConstant = targetFactors[t] == 0;
            (scoreMeans[2 * t], scoreFactors[2 * t]) = (targetMeans[t], targetFactors[t]);
            scoreMeans[2 * t + 1] = isConstant ? (Real)LogOfLeastVariance : (Real)(-2 * Math.Log(targetFactors[t]));
            scoreFactors[2 * t + 1] = isConstant ? 0 : 1;
        }
    }

    // The bounds of the targets are bounds of the means. The variances have no bound but 0.
    /// <inheritdoc/>
    public override void BoundScores(
        ReadOnlySpan<Real> targetLeast, ReadOnlySpan<Real> targetMost, Span<Real> scoreLeast, Span<Real> scoreMost)
    {
        for (var t = 0; t < targetLeast.Length; t++) (scoreLeast[2 * t], scoreMost[2 * t]) = (targetLeast[t], targetMost[t]);
    }

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        // e⁻ˢ of every score; the results for the means are not used. One call for all scores is faster than one call for each.
        Elementwise.Map(new Precision(), scores.Values, gradient.Values);
        Real half = (Real)0.5, bound = (Real)LargestLogVariance, share = (Real)1 / targets.Columns;
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> z = scores.Row(row), y = targets.Row(row);
            var dz = gradient.Row(row);
            double sum = 0;
            for (var t = 0; t < y.Length; t++)
            {
                Real error = z[2 * t] - y[t], s = z[2 * t + 1], precision = dz[2 * t + 1];
                var scaled = error * precision;
                var square = error * scaled;
                sum += half * (Real.Clamp(s, -bound, bound) + square);
                dz[2 * t] = scaled * share;
                dz[2 * t + 1] = s < -bound || s > bound ? 0 : half * (1 - square) * share;
            }
            losses[row] = (Real)(sum / y.Length);
        }
    }

    internal override PredictionBounds BoundsOf(ReadOnlySpan<Real> predictions) =>
        new(predictions[0], predictions[0], Math.Sqrt(predictions[1]));

    internal override LossLink Link => LossLink.MeanAndVariance;

    internal override MemberAverage Averaging => MemberAverage.Mixture;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        for (var i = 1; i < scores.Values.Length; i += 2) ExponentialLink.Predict(scores.Values.Slice(i, 1));
    }

    /// <summary>Mean and variance of the mixture of the members' distributions: m̄ = mean m, and mean (eˢ + m²) − m̄².</summary>
    /// <remarks>Lakshminarayanan, Pritzel and Blundell (2017), "Simple and scalable predictive uncertainty estimation using deep
    /// ensembles", arXiv:1612.01474.</remarks>
    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages)
    {
        base.AverageMembers(scores, averages);
        var members = scores.Rows / averages.Rows;
        for (var row = 0; row < averages.Rows; row++)
            for (var t = 0; t < averages.Columns; t += 2)
            {
                double mean = averages.Row(row)[t], sum = 0;
                for (var i = row * members; i < (row + 1) * members; i++)
                {
                    var distance = scores.Row(i)[t] - mean;
                    sum += Math.Exp(Math.Clamp(scores.Row(i)[t + 1], MinExponent, MaxExponent)) + distance * distance;
                }
                averages.Row(row)[t + 1] = (Real)Math.Log(sum / members);
            }
    }

    private readonly struct Precision : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes s) where TLanes : struct, ILanes<TLanes>
        {
            TLanes low = TLanes.Broadcast((Real)(-LargestLogVariance)), high = TLanes.Broadcast((Real)LargestLogVariance);
            s = TLanes.SelectLess(s, low, low, TLanes.SelectLess(high, s, high, s));
            return Exponential.Exp(TLanes.Broadcast(0) - s);
        }
    }
}
