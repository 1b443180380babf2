namespace Backprop.Networks;

/// <summary>The mean of every feature in the training data, and the share of the examples in every category.</summary>
/// <remarks>Explanations compare a row with them. Scores do not depend on them.</remarks>
internal sealed class TrainingMeans
{
    // Shares are rounded to single precision.
    private const double MaxErrorOfSum = 1e-3;

    private readonly Real[] _features;
    private readonly Real[][] _shares;

    /// <summary>Makes means from known values.</summary>
    /// <param name="features">[features], in the units of the data; finite. The value of a feature with categories is not used.</param>
    /// <param name="shares">For every feature of <see cref="Network.Categories"/>, in the same order: the share of the examples whose
    /// category is unknown or missing, then the share of each category. Each is from 0 to 1, and their sum is 1.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public TrainingMeans(Real[] features, Real[][] shares)
    {
        for (var j = 0; j < features.Length; j++)
            if (!Real.IsFinite(features[j])) throw new ArgumentException($"The mean of feature {j} is {features[j]}; it must be finite.");
        foreach (var (i, ofFeature) in shares.Index())
        {
            var sum = ofFeature.Sum(share => (double)share);
            if (!ofFeature.All(share => share is >= 0 and <= 1) || Math.Abs(sum - 1) > MaxErrorOfSum)
                throw new ArgumentException($"The shares of the categories of category feature {i} must be from 0 to 1, and their sum 1.");
        }
        (_features, _shares) = (features, shares);
    }

    /// <summary>[features], in the units of the data.</summary>
    public ReadOnlySpan<Real> Features => _features;

    /// <summary>The shares of the categories of every feature of <see cref="Network.Categories"/>.</summary>
    public IReadOnlyList<Real[]> Shares => _shares;

    /// <summary>The number of values for a network: one for each feature, and one more than there are categories for each feature with
    /// categories.</summary>
    public static long CountFor(Network network) => network.Inputs + network.Categories.Sum(category => category.Count + 1L);

    /// <summary>Whether they are those of a network's features.</summary>
    public bool FitsTo(Network network) => _features.Length == network.Inputs
        && _shares.Select(shares => shares.Length - 1).SequenceEqual(network.Categories.Select(category => category.Count));

    /// <summary>All values: the means of the features, then the shares.</summary>
    public IEnumerable<Real> Values => _features.Concat(_shares.SelectMany(shares => shares));
}
