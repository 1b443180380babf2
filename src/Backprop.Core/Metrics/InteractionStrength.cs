namespace Backprop.Metrics;

/// <summary>How strongly columns interact in the predictions of a model: the H statistic.</summary>
/// <remarks>
/// <para>F is a partial dependence with the mean 0 over the rows. For two columns j and k,
/// H² = Σ (Fⱼₖ − Fⱼ − Fₖ)² / Σ Fⱼₖ². For a column j and all others, H² = Σ (F − Fⱼ − F₋ⱼ)² / Σ F², with the predictions F and the
/// dependence F₋ⱼ on all columns but j. The sums are over the rows. Friedman and Popescu (2008), "Predictive learning via rule ensembles",
/// equations 44 and 45.</para>
/// <para>H is 0 for a sum of a function of j and a function of the others. It depends on the scale of the output: probabilities of a model
/// that is additive in its logits interact a little. It is relative: with a weak joint effect, a large H means little, so see
/// <see cref="StandardDeviation"/>, too.</para>
/// </remarks>
public sealed record InteractionStrength
{
    // Predictions have 24 bits. Effects below this share of the largest prediction are rounding.
    private const double Precision = 1e-6;

    private InteractionStrength(string column, string? other, double h, double standardDeviation) =>
        (Column, Other, H, StandardDeviation) = (column, other, h, standardDeviation);

    /// <summary>The name of the column, or of the slot of a vector column.</summary>
    public string Column { get; }

    /// <summary>The name of the second column; null for all other columns together.</summary>
    public string? Other { get; }

    /// <summary>H: usually from 0 to 1, and above 1 if the columns have hardly any effect but their interaction. H² is the share of the
    /// variance of the joint effect that is not additive. It is 0 if there is no joint effect.</summary>
    public double H { get; }

    /// <summary>The standard deviation of the interaction, in units of the output: the square root of the mean of (Fⱼₖ − Fⱼ −
    /// Fₖ)².</summary>
    public double StandardDeviation { get; }

    /// <summary>Computes H.</summary>
    /// <param name="column">The first column.</param>
    /// <param name="other">The second column; null for all others.</param>
    /// <param name="joint">[rows]: the dependence on both.</param>
    /// <param name="first">[rows]: the dependence on the first.</param>
    /// <param name="second">[rows]: the dependence on the second.</param>
    internal static InteractionStrength Of(
        string column, string? other, IReadOnlyList<double> joint, IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double jointMean = joint.Average(), firstMean = first.Average(), secondMean = second.Average();
        double largest = 0, interaction = 0, total = 0;
        for (var row = 0; row < joint.Count; row++)
        {
            var effect = joint[row] - jointMean;
            var rest = effect - (first[row] - firstMean) - (second[row] - secondMean);
            total += effect * effect;
            interaction += rest * rest;
            largest = Math.Max(largest, Math.Abs(joint[row]));
        }
        var hasEffect = Math.Sqrt(total / joint.Count) > Precision * largest;
        return new InteractionStrength(
            column, other, hasEffect ? Math.Sqrt(interaction / total) : 0, Math.Sqrt(interaction / joint.Count));
    }

    /// <summary>Sorts by H, in descending order. Equal ones keep their order.</summary>
    internal static IReadOnlyList<InteractionStrength> Sorted(IEnumerable<InteractionStrength> all) =>
        [.. all.OrderByDescending(one => one.H)];
}
