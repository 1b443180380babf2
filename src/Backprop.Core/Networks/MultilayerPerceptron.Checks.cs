using Backprop.Layers;

namespace Backprop.Networks;

public sealed partial record MultilayerPerceptron
{
    /// <exception cref="ArgumentException">There are not as many activations as hidden layers, or an option cannot be combined with an
    /// ensemble.</exception>
    internal void CheckCombination()
    {
        if (EnsembleSize > 1 && InputSkip)
            throw new ArgumentException(
                $"{nameof(InputSkip)} cannot be combined with {nameof(EnsembleSize)} {EnsembleSize}, because the features belong to no " +
                    $"member. Set {nameof(InputSkip)} to false, or {nameof(EnsembleSize)} to 1.",
                nameof(InputSkip));
        if (Autoencoder && (InputSkip || HiddenLayers.Count == 0))
            throw new ArgumentException(
                $"{nameof(Autoencoder)} needs hidden layers between the features and their reconstruction, so it cannot be combined with "
                + $"{nameof(InputSkip)}, nor with no {nameof(HiddenLayers)}.", nameof(Autoencoder));
        if (Autoencoder && Categories.Count + OneHotCategories.Count > 0)
            throw new ArgumentException(
                $"{nameof(Autoencoder)} reconstructs real values only, so it cannot be combined with {nameof(Categories)} or "
                + $"{nameof(OneHotCategories)}. Encode categories as features of 0 and 1 before.", nameof(Autoencoder));
        CheckFewValued();
        if (Activations is { } given && given.Count != HiddenLayers.Count)
            throw new ArgumentException(
                $"{nameof(Activations)} has {given.Count} entries, but {nameof(HiddenLayers)} has {HiddenLayers.Count}. " +
                $"Both need the same number.", nameof(Activations));
        if (IsConstrained) CheckConstraints();
    }

    /// <summary>The features with few values that get columns: those without categories and constraints, unless there would be too many
    /// columns.</summary>
    internal IReadOnlyList<FewValuedFeature> Allowed(IReadOnlyList<FewValuedFeature> features)
    {
        HashSet<int> others = [.. SlotsWithoutIndicators];
        FewValuedFeature[] allowed = [.. features.Where(feature => !others.Contains(feature.Slot))];
        return allowed.Sum(feature => feature.Count) <= MaxValueIndicators ? allowed : [];
    }

    /// <summary>The features that hold categories.</summary>
    internal IEnumerable<int> CategorySlots =>
        Categories.Select(category => category.Slot).Concat(OneHotCategories.Select(category => category.Slot));

    private IEnumerable<int> SlotsWithoutIndicators => [.. CategorySlots, .. IncreasingFeatures, .. DecreasingFeatures];

    private void CheckFewValued()
    {
        if (Autoencoder && FewValuedFeatures.Count > 0)
            throw new ArgumentException(
                $"{nameof(Autoencoder)} reconstructs the features alone, so it cannot be combined with {nameof(FewValuedFeatures)}.",
                nameof(Autoencoder));
        foreach (var slot in SlotsWithoutIndicators)
            if (FewValuedFeatures.Any(feature => feature.Slot == slot))
                throw new ArgumentException(
                    $"{nameof(FewValuedFeatures)} names feature {slot}, which holds categories or has a constraint. Remove it.",
                    nameof(FewValuedFeatures));
    }

    private void CheckConstraints()
    {
        const string names = $"{nameof(IncreasingFeatures)} and {nameof(DecreasingFeatures)}";
        if (Normalization != Normalization.None)
            throw new ArgumentException(
                $"{nameof(Normalization)} is {Normalization}, but a normalized unit may decrease in {names}. Set {nameof(Normalization)} "
                + $"to {nameof(Normalization.None)}.", nameof(Normalization));
        if (Autoencoder)
            throw new ArgumentException(
                $"{nameof(Autoencoder)} has an error as output, which is not monotone in a feature. Do not set {names}.",
                nameof(Autoencoder));
    }

    private void CheckConstrained(int inputs, int[] categories)
    {
        FeatureSlots.CheckRising(IncreasingFeatures, inputs, nameof(IncreasingFeatures));
        FeatureSlots.CheckRising(DecreasingFeatures, inputs, nameof(DecreasingFeatures));
        foreach (var feature in IncreasingFeatures)
            if (DecreasingFeatures.Contains(feature))
                throw new ArgumentException(
                    $"{nameof(IncreasingFeatures)} and {nameof(DecreasingFeatures)} both name feature {feature}. Name it in one of them.");
        foreach (var feature in IncreasingFeatures.Concat(DecreasingFeatures))
            if (categories.Contains(feature))
                throw new ArgumentException(
                    $"Feature {feature} holds categories, which have no order, so the scores cannot be monotone in it. Remove it from "
                    + $"{nameof(IncreasingFeatures)} and {nameof(DecreasingFeatures)}.");
    }
}
