using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Features that do not vary in the training examples.</summary>
/// <remarks>They carry no information in training, so their later values must not change predictions.</remarks>
/// <param name="Constant">Features with one known value, or none, in ascending order.</param>
/// <param name="Ignored">The constant features that have no effect: they are missing in no example, or in all.</param>
/// <param name="Empty">The constant features that are missing in all examples.</param>
internal sealed record ConstantFeatures(IReadOnlyList<int> Constant, IReadOnlyList<int> Ignored, IReadOnlyList<int> Empty)
{
    // Adjacent values of a column are far apart in memory.
    private const long WorkOfRead = 8;

    /// <summary>No feature is constant.</summary>
    public static ConstantFeatures None { get; } = new([], [], []);

    /// <summary>The constant features of examples in memory.</summary>
    public static ConstantFeatures Of(ExampleSet examples, WorkMeter? meter = null)
    {
        if (examples.SparseColumnsWith(meter) is { } columns)
        {
            var isConstant = columns.AreConstant();
            var missing = examples.HasMissing ? columns.CountMissing() : new int[examples.FeatureCount];
            return Of(
                examples.FeatureCount, feature => isConstant[feature], feature => missing[feature] > 0,
                feature => missing[feature] < examples.Count);
        }
        var states = new State[examples.FeatureCount];
        for (var feature = 0; feature < states.Length; feature++)
        {
            states[feature] = State.Of(examples, feature);
            if (!states[feature].Varies) meter?.Add(WorkOfRead * examples.Count);
        }
        return Of(
            states.Length, feature => !states[feature].Varies, feature => states[feature].IsMissing,
            feature => states[feature].IsKnown);
    }

    /// <summary>The constant features of examples, from functions that describe each feature.</summary>
    /// <param name="count">Number of features.</param>
    /// <param name="isConstant">Whether a feature has one known value, or none.</param>
    /// <param name="isMissing">Whether it is missing in some example.</param>
    /// <param name="isKnown">Whether it is known in some example.</param>
    public static ConstantFeatures Of(int count, Func<int, bool> isConstant, Func<int, bool> isMissing, Func<int, bool> isKnown)
    {
        int[] constant = [.. Enumerable.Range(0, count).Where(isConstant)];
        if (constant.Length == 0) return None;
        int[] ignored = [.. constant.Where(feature => !isMissing(feature) || !isKnown(feature))],
            empty = [.. constant.Where(feature => !isKnown(feature))];
        return new ConstantFeatures(constant, ignored, empty);
    }

    /// <summary>Makes constant features constant inputs of the network, whatever values they have in rows to score.</summary>
    /// <remarks>
    /// A factor of 0 makes every value 0. A feature that was always missing has the mean NaN. Then every value enters as
    /// missing, as in training. So its replacement and its missing-value indicator do not change.
    /// </remarks>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="network">The network that they enter.</param>
    /// <param name="isSparse">Whether features are sparse: then every mean stays 0.</param>
    public Standardization? Mask(Standardization? inputs, Network network, bool isSparse)
    {
        if (Constant.Count == 0) return inputs;
        var means = inputs?.Means.ToArray() ?? new Real[network.Inputs];
        var factors = inputs?.Factors.ToArray() ?? [.. Enumerable.Repeat((Real)1, network.Inputs)];
        foreach (var feature in Constant)
            if (factors[feature] != 0) (means[feature], factors[feature]) = (0, 0);
        if (network.Layers[0] is IReplacesMissing && !isSparse)
            foreach (var feature in Empty) means[feature] = Real.NaN;
        return new Standardization(means, factors);
    }

    /// <summary>Features that a standardization makes constant.</summary>
    public static IReadOnlyList<int> MaskedBy(Standardization? inputs) =>
        inputs is null ? [] : [.. Enumerable.Range(0, inputs.Factors.Length).Where(feature => inputs.Factors[feature] == 0)];

    // A feature that varies usually has two values among the first examples.
    private readonly record struct State(bool IsKnown, bool IsMissing, bool Varies)
    {
        public static State Of(ExampleSet examples, int feature)
        {
            bool isMissing = false, isKnown = false;
            Real known = 0;
            var features = examples.FeatureRows;
            for (var row = 0; row < features.Rows; row++)
            {
                var value = features.Row(row)[feature];
                if (Real.IsNaN(value)) isMissing = true;
                else if (!isKnown) (isKnown, known) = (true, value);
                else if (value != known) return new State(true, isMissing, true);
            }
            return new State(isKnown, isMissing, false);
        }
    }
}
