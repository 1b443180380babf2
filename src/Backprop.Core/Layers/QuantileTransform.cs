using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Rank-transforms some features: u(x) is the share of the examples that x exceeds, and y = 2·(u(x) − u(median)). Neighbouring
/// values are then well separated, however close they are. The other features are copied unchanged.</summary>
/// <remarks>
/// u is piecewise linear between knots. It rises from 0 at the smallest value of the examples to 1 at the largest, and is constant beyond
/// them. A value's weight is the number of examples that have it, but at most a thousandth of all examples (example weights are ignored).
/// So a value that most examples share covers only a small part of the range of u. If no value repeats, u is scikit-learn's
/// QuantileTransformer. Parameters: for every feature its knots, and then y at each; measured, not learned. For concentrated values, such
/// as amounts that are mostly 0: docs/decisions/0028.
/// </remarks>
public sealed record QuantileTransform : Layer, IFitsTrainingData, ITransformsFeatures, IPreparesFeatures, IDescribesInference
{
    // The weight of one value is at most the number of examples divided by this.
    private const int ExamplesOfOneValue = 1000;

    private readonly int[] _features;

    /// <summary>Makes a layer with knots for the transformed features.</summary>
    /// <param name="inputs">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="features">The transformed features, in ascending order; at least one.</param>
    /// <param name="knots">Knots of each feature; at least 2. If there are fewer values, each has its own knot.</param>
    /// <exception cref="ArgumentException">A value is out of range or order.</exception>
    public QuantileTransform(int inputs, IReadOnlyList<int> features, int knots = 256) : base(inputs, inputs)
    {
        FeatureSlots.CheckRising(features, inputs, nameof(features));
        if (features.Count == 0)
            throw new ArgumentException($"{nameof(features)} is empty. Name at least one feature.", nameof(features));
        if (knots < 2 || 2L * knots * features.Count > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(knots), knots,
                $"must be at least 2, and for {features.Count} features at most {Array.MaxLength / 2 / features.Count}");
        (_features, Knots) = ([.. features], knots);
    }

    /// <summary>The transformed features, in ascending order.</summary>
    public IReadOnlyList<int> Features => _features;

    /// <summary>Knots of each transformed feature.</summary>
    public int Knots { get; }

    /// <inheritdoc/>
    public override int ParameterCount => 2 * Knots * _features.Length;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool IsFitted => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("quantiles", ParameterCount, ParameterRole.Statistic)];

    int IPreparesFeatures.InputOf(int output) => output;

    /// <summary>Even steps from −3 to 3, which become −1 to 1, until examples are measured.</summary>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var i = 0; i < _features.Length; i++)
        {
            Span<Real> knots = parameters[KnotsOf(i)], heights = parameters[HeightsOf(i)];
            for (var k = 0; k < Knots; k++)
            {
                heights[k] = (Real)(2.0 * k / (Knots - 1) - 1);
                knots[k] = 3 * heights[k];
            }
        }
    }

    /// <summary>Sets the knots to every value, or to evenly spread quantiles if there are more values than knots.</summary>
    /// <inheritdoc/>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples) => ((IFitsTrainingData)this).Fit(parameters, examples, meter: null);

    void IFitsTrainingData.Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        var values = new Real[examples.Rows];
        for (var i = 0; i < _features.Length; i++) FitFeature(parameters, i, examples.CopyKnown(_features[i], values, meter), meter);
    }

    // Fits to all examples, if their features are the inputs of this layer: rare values are the reason for this layer.
    void IFitsTrainingData.FitFeatures(Span<Real> parameters, ITrainingFeatures features, bool areEntering)
    {
        if (!areEntering) return;
        var room = new Real[features.Count];
        for (var i = 0; i < _features.Length; i++)
        {
            var values = features.CopyKnown(_features[i], room);
            features.Standardize(_features[i], values);
            if (!values.IsEmpty) FitFeature(parameters, i, values, features.Work);
        }
    }

    // Sorts the values. There must be at least one.
    private void FitFeature(Span<Real> parameters, int feature, Span<Real> values, WorkMeter? meter)
    {
        ChunkedSort.Sort(values, meter);
        var median = values[values.Length / 2];
        var shares = SharesOf(values);
        double first = shares[0].Share, range = shares[^1].Share - first,
            center = shares[shares.FindIndex(pair => pair.Value == median)].Share;
        Span<Real> knots = parameters[KnotsOf(feature)], heights = parameters[HeightsOf(feature)];
        for (int k = 0, i = 0; k < Knots; k++)
        {
            if (shares.Count <= Knots) i = Math.Min(k, shares.Count - 1);
            else while (i < shares.Count - 1 && shares[i].Share - first < range * k / (Knots - 1)) i++;
            (knots[k], heights[k]) = (shares[i].Value, range == 0 ? 0 : (Real)(2 * (shares[i].Share - center) / range));
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new InterpolateColumns([x], graph.NewName(), Outputs, _features, Knots, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        x.Values.CopyTo(y.Values);
        for (var i = 0; i < _features.Length; i++)
        {
            ReadOnlySpan<Real> knots = parameters[KnotsOf(i)], heights = parameters[HeightsOf(i)];
            for (var row = 0; row < y.Rows; row++)
            {
                ref var value = ref y.Row(row)[_features[i]];
                if (Real.IsNaN(value)) continue; // missing: it has no rank
                var k = KnotBelow(knots, value);
                value = IsBetween(k) ? heights[k] + (value - knots[k]) * DerivativeAfter(k, knots, heights) : heights[Math.Max(k, 0)];
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        if (dx.IsEmpty) return;
        dy.Values.CopyTo(dx.Values);
        for (var i = 0; i < _features.Length; i++)
        {
            ReadOnlySpan<Real> knots = parameters[KnotsOf(i)], heights = parameters[HeightsOf(i)];
            for (var row = 0; row < dx.Rows; row++)
            {
                var k = KnotBelow(knots, x.Row(row)[_features[i]]);
                dx.Row(row)[_features[i]] *= IsBetween(k) ? DerivativeAfter(k, knots, heights) : 0;
            }
        }
    }

    /// <summary>Whether the other layer transforms the same features in the same way.</summary>
    public bool Equals(QuantileTransform? other) =>
        other is not null && Inputs == other.Inputs && Knots == other.Knots && Features.SequenceEqual(other.Features);

    /// <inheritdoc/>
    public override int GetHashCode() => _features.Aggregate(HashCode.Combine(Inputs, Knots), HashCode.Combine);

    private Range KnotsOf(int feature) => (2 * feature * Knots)..((2 * feature + 1) * Knots);

    private Range HeightsOf(int feature) => ((2 * feature + 1) * Knots)..((2 * feature + 2) * Knots);

    // Every value, with the sum of the weights below it plus half of its own weight.
    private static List<(Real Value, double Share)> SharesOf(ReadOnlySpan<Real> sorted)
    {
        var maxWeight = Math.Max(1, (double)sorted.Length / ExamplesOfOneValue);
        var shares = new List<(Real, double)>();
        double below = 0;
        foreach (var (value, count) in EqualValues.Of(sorted))
        {
            var counts = Math.Min(count, maxWeight);
            shares.Add((value, below + counts / 2));
            below += counts;
        }
        return shares;
    }

    // The index of the last knot that is not above x; −1 if all are above.
    private static int KnotBelow(ReadOnlySpan<Real> knots, Real x)
    {
        int below = -1, above = knots.Length;
        while (above - below > 1)
        {
            var middle = (below + above) >>> 1;
            if (knots[middle] <= x) below = middle;
            else above = middle;
        }
        return below;
    }

    private bool IsBetween(int knot) => knot >= 0 && knot < Knots - 1;

    private static Real DerivativeAfter(int knot, ReadOnlySpan<Real> knots, ReadOnlySpan<Real> heights) =>
        (heights[knot + 1] - heights[knot]) / (knots[knot + 1] - knots[knot]);
}
