using System.Globalization;
using System.Text;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = Σ |ΔNDCG@k(i, j)|·log(1 + e^(−σ·(zᵢ − zⱼ))) over all pairs of rows of a group with yᵢ &gt; yⱼ. ΔNDCG@k is the change of the
/// metric if the two rows swapped their positions. The prediction is the score.</summary>
/// <remarks>
/// Burges (2010), "From RankNet to LambdaRank to LambdaMART: an overview", eq. 6. The positions are those of the current scores. While the
/// order stays the same, ΔNDCG is constant, and the lambdas are the gradient of L. Wang, Li, Golbandi, Bendersky and Najork (2018), "The
/// LambdaLoss framework for ranking metric optimization", §3, show this. L jumps where two scores are equal. A pair beyond position k does
/// not change NDCG@k, so the work grows with k times the rows of a group.
/// </remarks>
public sealed record LambdaRankLoss : RankingLoss
{
    private readonly GainTable _gains = GainTable.Default;

    /// <summary>k: the positions that count. Gains at later positions are 0.</summary>
    /// <value>10; at least 1.</value>
    public int TruncationLevel
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    /// <summary>σ: the factor of a difference of scores.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double Sigma
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <summary>The gain of each relevance label 0, 1, 2, …</summary>
    /// <value>0, 3, 7, 15, …, 4095 for labels from 0 to 11, as in ML.NET's LightGBM trainer. 2 to 256 gains, each ≥ 0 and finite, none
    /// below the one before. Copied.</value>
    public IReadOnlyList<double> Gains
    {
        get => _gains.Gains;
        init => _gains = GainTable.Of(value, nameof(Gains));
    }

    /// <inheritdoc/>
    public override bool IsContinuous => false;

    /// <inheritdoc/>
    public override string AllowedTargets => $"{_gains.AllowedLabels} (set {nameof(Gains)} for others)";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs)
    {
        foreach (var target in targets)
            if (!_gains.Contains(target)) return false;
        return true;
    }

    private protected override double Evaluate(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        foreach (var target in y)
            if (!_gains.Contains(target)) throw new ArgumentException($"The target {target} has no gain; allowed are {AllowedTargets}.");
        var ideal = _gains.IdealDcg(y, TruncationLevel);
        if (ideal == 0) return 0;
        var order = Scratch.IndicesOfAtLeast(z.Length).AsSpan(0, z.Length);
        DescendingOrder.Write(z, order);
        double sum = 0;
        for (var a = 0; a < Math.Min(TruncationLevel, z.Length); a++)
        {
            var i = order[a];
            double gain = _gains.Of(y[i]), discount = GainTable.Discount(a, TruncationLevel), own = 0;
            for (var b = a + 1; b < z.Length; b++)
            {
                var j = order[b];
                if (y[i] == y[j]) continue;
                var change = Math.Abs((gain - _gains.Of(y[j])) * (discount - GainTable.Discount(b, TruncationLevel))) / ideal;
                var isFirstBetter = y[i] > y[j];
                var difference = isFirstBetter ? (double)z[i] - z[j] : (double)z[j] - z[i];
                var (loss, derivative) = PairLoss.Of(difference, Sigma);
                sum += change * loss;
                var lambda = isFirstBetter ? change * derivative : -change * derivative;
                own += lambda;
                dz[j] -= (Real)lambda;
            }
            dz[i] += (Real)own;
        }
        return sum;
    }

    /// <summary>Lists the options.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(
            CultureInfo.InvariantCulture,
            $"{nameof(TruncationLevel)} = {TruncationLevel}, {nameof(Sigma)} = {Sigma}, {nameof(Gains)} = {_gains}");
        return true;
    }
}
