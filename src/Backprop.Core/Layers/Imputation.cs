using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Replaces missing values (NaN) by one value per feature, and adds missing-value indicators for some features. y = [x or v
/// where x is NaN, 1 or 0 for every indicated feature].</summary>
/// <remarks>
/// Parameters: v [Inputs], measured from examples or learned. Must be a network's first layer. Little and Rubin (2002), "Statistical
/// analysis with missing data". The indicators let a network learn what a missing value means. Source: Le Morvan, Josse, Scornet and
/// Varoquaux (2021), "What's a good imputation to predict with missing values?", arXiv:2106.00311.
/// </remarks>
public sealed record Imputation : Layer, IFitsTrainingData, IReplacesMissing, IHasPlace, IPreparesFeatures, IDescribesInference
{
    private readonly int[] _indicated;

    /// <summary>Makes a layer of <paramref name="inputs"/> features.</summary>
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="replacement">The replacement of missing values: not <see cref="MissingValues.Skip"/>.</param>
    /// <param name="indicated">Features with a missing-value indicator, in ascending order; may be empty.</param>
    /// <exception cref="ArgumentException">A value is out of range or order.</exception>
    public Imputation(int inputs, MissingValues replacement, IReadOnlyList<int> indicated) : base(inputs, OutputsOf(inputs, indicated))
    {
        if (replacement is not (MissingValues.Mean or MissingValues.Median or MissingValues.Learned))
            throw new ArgumentOutOfRangeException(nameof(replacement), replacement, "must be Mean, Median or Learned");
        (Replacement, _indicated) = (replacement, [.. indicated]);
    }

    /// <summary>The replacement of missing values.</summary>
    public MissingValues Replacement { get; }

    /// <summary>Features with a missing-value indicator. The indicators are at the end of y, in this order.</summary>
    public IReadOnlyList<int> Indicated => _indicated;

    /// <inheritdoc/>
    public override int ParameterCount => Inputs;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool IsFitted => Replacement != MissingValues.Learned;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [
            Replacement == MissingValues.Learned
                ? new("learned replacements", Inputs, ParameterRole.Embedding)
                : new("replacements", Inputs, ParameterRole.Statistic)];

    bool IFitsTrainingData.NeedsSample => false;

    bool IReplacesMissing.ReplacesInSparse => IsFitted;

    int IPreparesFeatures.InputOf(int output) => output < Inputs ? output : _indicated[output - Inputs];

    /// <summary>Fits the mean or median of every feature over the examples that have a value. It is 0 for a feature that is always
    /// missing.</summary>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples) => Fit(parameters, examples, meter: null);

    void IFitsTrainingData.Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter) => Fit(parameters, examples, meter);

    // Of all examples, before standardization, which keeps the order of values. Means are weighted.
    void IFitsTrainingData.FitFeatures(Span<Real> parameters, ITrainingFeatures features, bool areEntering)
    {
        var isMean = Replacement == MissingValues.Mean;
        if (features.Sparse is { } columns && isMean) columns.Means(parameters);
        else if (features.Sparse is { } others) others.Medians(parameters);
        else if (isMean) features.MeasureMeans(parameters);
        else
        {
            var room = new Real[features.Count];
            for (var j = 0; j < Inputs; j++) parameters[j] = ValueOf(features.CopyKnown(j, room), features.Work);
        }
        features.Standardize(parameters);
        foreach (ref var replacement in parameters)
            if (Real.IsNaN(replacement)) replacement = 0; // of a feature that was always missing
    }

    private void Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        var room = new Real[examples.Rows];
        for (var j = 0; j < Inputs; j++) parameters[j] = ValueOf(RowReading.CopyKnown(examples, j, room, meter), meter);
    }

    private Real ValueOf(Span<Real> known, WorkMeter? meter)
    {
        if (Replacement == MissingValues.Median) ChunkedSort.Sort(known, meter);
        if (known.IsEmpty) return 0;
        return Replacement == MissingValues.Mean ? Mean(known) : Median(known);
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new ReplaceMissing([x], graph.NewName(), Outputs, parameters, _indicated));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            ReadOnlySpan<Real> from = x.Row(row);
            var to = y.Row(row);
            for (var j = 0; j < from.Length; j++) to[j] = Real.IsNaN(from[j]) ? parameters[j] : from[j];
            for (var i = 0; i < _indicated.Length; i++) to[Inputs + i] = Real.IsNaN(from[_indicated[i]]) ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        var learns = Replacement == MissingValues.Learned && !dParameters.IsEmpty;
        for (var row = 0; row < x.Rows; row++)
        {
            ReadOnlySpan<Real> from = x.Row(row), given = dy.Row(row);
            if (learns)
                for (var j = 0; j < from.Length; j++)
                    if (Real.IsNaN(from[j])) dParameters[j] += given[j];
            if (dx.IsEmpty) continue;
            for (var j = 0; j < from.Length; j++) dx.Row(row)[j] = Real.IsNaN(from[j]) ? 0 : given[j];
        }
    }

    SparseReplacements IReplacesMissing.ToSparse(ReadOnlySpan<Real> parameters)
    {
        var indicators = new int[Inputs];
        Array.Fill(indicators, -1);
        for (var i = 0; i < _indicated.Length; i++) indicators[_indicated[i]] = Inputs + i;
        return new SparseReplacements(parameters.ToArray(), indicators, Outputs);
    }

    void IHasPlace.CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers)
    {
        if (layer == 0) return;
        throw new ArgumentException(
            $"Layer {layer} ({nameof(Imputation)}) replaces missing values, so it must be layer 0.", nameof(layers));
    }

    /// <summary>Whether the other layer replaces missing values of the same features in the same way.</summary>
    public bool Equals(Imputation? other) =>
        other is not null && Inputs == other.Inputs && Replacement == other.Replacement && Indicated.SequenceEqual(other.Indicated);

    /// <inheritdoc/>
    public override int GetHashCode() => _indicated.Aggregate(HashCode.Combine(Inputs, Replacement), HashCode.Combine);

    private static Real Mean(ReadOnlySpan<Real> values)
    {
        double sum = 0;
        foreach (var value in values) sum += value;
        return (Real)(sum / values.Length);
    }

    private static Real Median(ReadOnlySpan<Real> sorted)
    {
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
    }

    private static int OutputsOf(int inputs, IReadOnlyList<int> indicated)
    {
        FeatureSlots.CheckRising(indicated, inputs, nameof(indicated));
        return (long)inputs + indicated.Count <= Array.MaxLength
            ? inputs + indicated.Count
            : throw new ArgumentOutOfRangeException(
                nameof(inputs), inputs, $"with {indicated.Count} indicators, must be at most {Array.MaxLength}");
    }
}
