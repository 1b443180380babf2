namespace Backprop.Losses;

/// <summary>The logistic loss of a more relevant row and a less relevant row: C = log(1 + e^(−σ·d)), where d is the difference of their
/// scores.</summary>
internal static class PairLoss
{
    /// <summary>C, and ∂C/∂d = −σ / (1 + e^(σ·d)). Finite for any d.</summary>
    /// <param name="difference">d: the score of the more relevant row minus that of the other.</param>
    /// <param name="sigma">σ.</param>
    public static (double Loss, double Derivative) Of(double difference, double sigma)
    {
        var scaled = sigma * difference;
        var rest = Math.Exp(-Math.Abs(scaled));
        var loss = Math.Max(0, -scaled) + Math.Log(1 + rest);
        var share = scaled > 0 ? rest / (1 + rest) : 1 / (1 + rest);
        return (loss, -sigma * share);
    }
}
