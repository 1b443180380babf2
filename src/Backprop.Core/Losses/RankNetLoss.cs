using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = mean of log(1 + e^(−σ·(zᵢ − zⱼ))) over all pairs of rows of a group with yᵢ &gt; yⱼ. The prediction is the score.</summary>
/// <remarks>
/// Burges, Shaked, Renshaw, Lazier, Deeds, Hamilton and Hullender (2005), "Learning to rank using gradient descent", eq. 3, with a target
/// probability of 1. The paper sums over the pairs. The mean keeps the loss of a large group as small as that of a small one. The work
/// grows with the square of the rows of a group.
/// </remarks>
public sealed record RankNetLoss : RankingLoss
{
    /// <summary>σ: the factor of a difference of scores.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double Sigma
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    private protected override double Evaluate(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        double sum = 0;
        long pairs = 0;
        for (var i = 0; i < z.Length; i++)
        {
            double own = 0;
            for (var j = 0; j < z.Length; j++)
            {
                if (!(y[i] > y[j])) continue;
                var (loss, derivative) = PairLoss.Of((double)z[i] - z[j], Sigma);
                sum += loss;
                own += derivative;
                dz[j] -= (Real)derivative;
                pairs++;
            }
            dz[i] += (Real)own;
        }
        foreach (ref var value in dz) value = (Real)(value / pairs);
        return sum / pairs;
    }
}
