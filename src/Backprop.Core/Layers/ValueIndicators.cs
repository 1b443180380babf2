using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A numeric feature with few different values.</summary>
/// <param name="Slot">Its index among the features; ≥ 0.</param>
/// <param name="Count">Number of its values; at least 2.</param>
public readonly record struct FewValuedFeature(int Slot, int Count)
{
    internal long NumberCount => 3L * Count - 1;

    /// <summary>Among the parameters of this feature: the boundaries between its values.</summary>
    internal Range Boundaries => ..(Count - 1);

    /// <summary>The value of each column where it is not active.</summary>
    internal Range Off => (Count - 1)..(2 * Count - 1);

    /// <summary>The value of each column where it is active.</summary>
    internal Range On => (2 * Count - 1)..(3 * Count - 1);
}

/// <summary>Adds a column of 0 and 1 for each value of some features: y = [x, the columns of the first of these features, those of the
/// second, …]. The column of the nearest value is 1.</summary>
/// <remarks>
/// A network is smooth in its features. With a column for each value, it can also learn a step between any two of them, as trees do. The
/// number itself stays, so the order of the values is known. The values are those of the examples, in ascending order; between two of
/// them, the boundary is in the middle. If there are more values than columns, the most frequent ones are used; if there are fewer, the
/// last columns stay 0. Parameters for each feature with n values: n − 1 boundaries, then the value of each column where it is not active,
/// then the value of each where it is. All are measured (example weights are ignored); none is learned. Use it as the first layer, or
/// behind an <see cref="Imputation"/>: other layers may change the values. docs/decisions/0061.
/// </remarks>
public sealed record ValueIndicators : Layer, IFitsTrainingData, IIndicatesValues, IPreparesFeatures, IDescribesInference
{
    private readonly FewValuedFeature[] _features;

    /// <summary>Makes a layer with columns for some features.</summary>
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="features">The features with few values, in ascending order; at least one.</param>
    /// <param name="scaling">How the columns are shifted and scaled; null for not at all. A column that is constant in the examples becomes
    /// 0.</param>
    /// <exception cref="ArgumentException">A value is out of range or order, or there would be too many columns.</exception>
    public ValueIndicators(int inputs, IReadOnlyList<FewValuedFeature> features, FeatureScaling? scaling)
        : base(inputs, OutputsOf(inputs, features))
    {
        if (scaling is { } given && !Enum.IsDefined(given)) throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "is not known");
        (_features, Scaling) = ([.. features], scaling);
        ParameterCount = (int)_features.Sum(feature => feature.NumberCount);
    }

    /// <summary>The features with few values, in ascending order.</summary>
    public IReadOnlyList<FewValuedFeature> Features => _features;

    /// <summary>How the columns are shifted and scaled; null for not at all.</summary>
    public FeatureScaling? Scaling { get; }

    /// <inheritdoc/>
    public override int ParameterCount { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool IsFitted => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [new("boundaries and values of columns", ParameterCount, ParameterRole.Statistic)];

    int IPreparesFeatures.InputOf(int output)
    {
        if (output < Inputs) return output;
        output -= Inputs;
        foreach (var feature in _features)
        {
            if (output < feature.Count) return feature.Slot;
            output -= feature.Count;
        }
        throw new ArgumentOutOfRangeException(nameof(output), output, "is beyond the last output");
    }

    /// <summary>Boundaries in even steps from −3 to 3, and columns of 0 and 1, until examples are measured.</summary>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        foreach (var feature in _features)
        {
            var boundaries = parameters[feature.Boundaries];
            for (var k = 0; k < boundaries.Length; k++) boundaries[k] = (Real)(6.0 * (k + 1) / feature.Count - 3);
            parameters[feature.Off].Clear();
            parameters[feature.On].Fill(1);
            parameters = parameters[(int)feature.NumberCount..];
        }
    }

    /// <summary>Finds the values, and scales the columns by the number of examples that have each.</summary>
    /// <inheritdoc/>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples) => ((IFitsTrainingData)this).Fit(parameters, examples, meter: null);

    void IFitsTrainingData.Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        var room = new Real[examples.Rows];
        foreach (var feature in _features)
        {
            FitFeature(parameters, feature, RowReading.CopyKnown(examples, feature.Slot, room, meter), meter);
            parameters = parameters[(int)feature.NumberCount..];
        }
    }

    // To all examples, if their features are the inputs of this layer: a sample may lack a rare value.
    void IFitsTrainingData.FitFeatures(Span<Real> parameters, ITrainingFeatures features, bool areEntering)
    {
        if (!areEntering) return;
        var room = new Real[features.Count];
        foreach (var feature in _features)
        {
            var known = features.CopyKnown(feature.Slot, room);
            features.Standardize(feature.Slot, known);
            FitFeature(parameters, feature, known, features.Work);
            parameters = parameters[(int)feature.NumberCount..];
        }
    }

    private void FitFeature(Span<Real> parameters, FewValuedFeature feature, Span<Real> known, WorkMeter? meter)
    {
        Span<Real> boundaries = parameters[feature.Boundaries], off = parameters[feature.Off], on = parameters[feature.On];
        ChunkedSort.Sort(known, meter);
        Real[] values =
        [
            .. EqualValues.Of(known).OrderByDescending(each => each.Count).Take(feature.Count).Select(each => each.Value).Order(),
        ];
        boundaries.Fill(Real.MaxValue); // no value is above it, so columns that are left stay 0
        for (var k = 1; k < values.Length; k++) boundaries[k - 1] = Middle(values[k - 1], values[k]);
        var counts = new int[feature.Count];
        foreach (var value in known) counts[ColumnOf(value, boundaries)]++;
        for (var k = 0; k < counts.Length; k++)
        {
            double center = 0, factor = counts[k] > 0 ? 1 : 0;
            if (Scaling is { } scaling) (center, factor) = IndicatorScale.Of(scaling, counts[k], minusOnes: 0, known);
            (off[k], on[k]) = ((Real)((0 - center) * factor), (Real)((1 - center) * factor));
            meter?.Add(known.Length);
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new IndicateValues([x], graph.NewName(), Outputs, _features, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            from.CopyTo(to);
            to = to[Inputs..];
            var rest = parameters;
            foreach (var feature in _features)
            {
                var active = ColumnOf(from[feature.Slot], rest[feature.Boundaries]);
                rest[feature.Off].CopyTo(to);
                to[active] = rest[feature.On][active];
                to = to[feature.Count..];
                rest = rest[(int)feature.NumberCount..];
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        for (var row = 0; row < dx.Rows; row++) dy.Row(row)[..Inputs].CopyTo(dx.Row(row));
    }

    /// <summary>Whether the other layer has the same columns.</summary>
    public bool Equals(ValueIndicators? other) =>
        other is not null && Inputs == other.Inputs && Scaling == other.Scaling && Features.SequenceEqual(other.Features);

    /// <inheritdoc/>
    public override int GetHashCode() => _features.Aggregate(HashCode.Combine(Inputs, Scaling), HashCode.Combine);

    // The number of boundaries below x.
    private static int ColumnOf(Real x, ReadOnlySpan<Real> boundaries)
    {
        var column = 0;
        foreach (var boundary in boundaries) column += x > boundary ? 1 : 0;
        return column;
    }

    // Never the upper value: the column of a number is decided by the boundaries below it. The sum of two large values may be infinite.
    private static Real Middle(Real lower, Real upper)
    {
        var middle = lower / 2 + upper / 2;
        return middle < upper ? middle : lower;
    }

    private static int OutputsOf(int inputs, IReadOnlyList<FewValuedFeature> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Count == 0)
            throw new ArgumentException($"{nameof(features)} is empty. Name at least one feature.", nameof(features));
        FeatureSlots.CheckRising([.. features.Select(feature => feature.Slot)], inputs, nameof(features));
        foreach (var feature in features)
            if (feature.Count < 2)
                throw new ArgumentOutOfRangeException(
                    nameof(features), feature, $"{nameof(FewValuedFeature.Count)} must be at least 2");
        var width = inputs + features.Sum(feature => (long)feature.Count);
        if (width > Array.MaxLength || features.Sum(feature => feature.NumberCount) > Array.MaxLength)
            throw new ArgumentException(
                $"There would be more than {Array.MaxLength} columns or parameters. Use fewer features or values.", nameof(features));
        return (int)width;
    }
}
