using System.Numerics.Tensors;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Training or validation examples: features, targets and optional weights. The arrays are used directly, not copied.</summary>
public sealed partial class ExampleSet
{
    // Quantiles of so many rows are accurate to about one percent of the rows.
    private const int MaxRowsToSort = 16 * 1024;

    private readonly RowBlocks? _features;
    private readonly SparseMatrix? _sparse;
    private readonly Real[] _targets;
    private readonly Real[]? _weights;
    private readonly int[]? _folds;
    private readonly int[]? _rows; // the rows of the features; null for consecutive rows from _first on
    private readonly int _first;

    /// <summary>Checks and wraps the arrays.</summary>
    /// <param name="features">[rows × featureCount], row-major, finite; NaN for a missing one, if that is allowed.</param>
    /// <param name="featureCount">Features per example; at least 1.</param>
    /// <param name="targets">[rows × targetCount], row-major, finite; NaN for a missing one of several, if that is allowed.</param>
    /// <param name="targetCount">Target columns; at least 1.</param>
    /// <param name="weights">[rows], each finite and &gt; 0; null if all weights are equal.</param>
    /// <param name="allowsMissing">Whether features may be NaN, for networks that begin with an <c>Imputation</c>, and some of several
    /// targets of a row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, there is no row, or a value is out of range. The message names row and
    /// column.</exception>
    public ExampleSet(
        Real[] features, int featureCount, Real[] targets, int targetCount = 1, Real[]? weights = null, bool allowsMissing = false)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetCount, 1);
        Count = features.Length / featureCount;
        var fits = Count > 0 && (long)Count * featureCount == features.Length && (long)Count * targetCount == targets.Length
            && (weights is null || weights.Length == Count);
        if (!fits)
            throw new ArgumentException(
                $"The lengths do not fit: {features.Length} feature values in rows of {featureCount}, {targets.Length} target values in " +
                    $"rows of {targetCount}, {weights?.Length ?? 0} weights. All must have the same number of rows, at least one.");
        CheckFinite(features, featureCount, nameof(features), allowsMissing);
        HasMissing = allowsMissing && features.AsSpan().Contains(Real.NaN);
        CheckFinite(targets, targetCount, nameof(targets), allowsMissing && targetCount > 1);
        CheckWeights(weights);
        (FeatureCount, TargetCount, _features) = (featureCount, targetCount, RowBlocks.OfArray(features, featureCount));
        (_targets, _weights) = (targets, weights);
    }

    /// <summary>Creates examples with sparse features: most of them are 0. A dense first layer uses them in sparse form; other layers
    /// receive all values, including zeros.</summary>
    /// <param name="features">[rows × features]</param>
    /// <param name="targets">[rows × targetCount], row-major, finite; NaN for a missing one of several, if that is allowed.</param>
    /// <param name="targetCount">Target columns; at least 1.</param>
    /// <param name="weights">[rows], each finite and &gt; 0; null if all weights are equal.</param>
    /// <param name="allowsMissing">Whether some of several targets of a row may be NaN.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, there is no row, or a value is out of range.</exception>
    public ExampleSet(
        SparseMatrix features, Real[] targets, int targetCount = 1, Real[]? weights = null, bool allowsMissing = false)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetCount, 1);
        (Count, FeatureCount, TargetCount, _sparse) = (features.Rows, features.Columns, targetCount, features);
        (_targets, _weights) = (targets, weights);
        if (Count == 0 || (long)Count * targetCount != targets.Length || (weights is not null && weights.Length != Count))
            throw new ArgumentException(
                $"The lengths do not fit: {Count} rows of features, {targets.Length} target values in rows of {targetCount}, " +
                    $"{weights?.Length ?? 0} weights. All must have the same number of rows, at least one.");
        CheckFinite(targets, targetCount, nameof(targets), allowsMissing && targetCount > 1);
        CheckWeights(weights);
        HasMissing = features.HasMissing;
    }

    /// <summary>Creates examples from features that were checked when they were read: none is infinite.</summary>
    /// <param name="features">[rows × features]; NaN for a missing one, if that is allowed.</param>
    /// <param name="targets">[rows × targetCount], row-major, finite.</param>
    /// <param name="targetCount">Target columns; at least 1.</param>
    /// <param name="weights">[rows], each finite and &gt; 0; null if all weights are equal.</param>
    internal ExampleSet(RowBlocks features, Real[] targets, int targetCount, Real[]? weights)
    {
        (Count, FeatureCount, TargetCount, _features) = (features.Count, features.Columns, targetCount, features);
        (_targets, _weights) = (targets, weights);
        if (Count == 0 || (long)Count * targetCount != targets.Length || (weights is not null && weights.Length != Count))
            throw new ArgumentException(
                $"The lengths do not fit: {Count} rows of features, {targets.Length} target values in rows of {targetCount}, " +
                    $"{weights?.Length ?? 0} weights. All must have the same number of rows, at least one.");
        HasMissing = features.HasMissing();
    }

    /// <summary>Number of examples.</summary>
    public int Count { get; }

    /// <summary>Features per example.</summary>
    public int FeatureCount { get; }

    /// <summary>Target columns.</summary>
    public int TargetCount { get; }

    /// <summary>Whether a feature of some example may be missing.</summary>
    internal bool HasMissing { get; }

    /// <summary>Whether some of several targets are missing (NaN).</summary>
    internal bool HasMissingTargets => TargetCount > 1 && TensorPrimitives.IsNaNAny(Targets.Values);

    /// <summary>Whether the features are sparse: most are 0, and only the others are stored.</summary>
    public bool IsSparse => _sparse is not null;

    /// <summary>[Count × FeatureCount]</summary>
    /// <exception cref="InvalidOperationException">The features are sparse (<see cref="IsSparse"/>), or not in one array:
    /// <see cref="CopyFeatures"/> copies them.</exception>
    public ReadOnlyMatrix Features
    {
        get
        {
            if (_features is null)
                throw new InvalidOperationException($"The features are sparse. Use {nameof(CopyFeatures)} to read them row by row.");
            if (!AreTogether(0, Count))
                throw new InvalidOperationException(
                    $"The features are not in one array. Use {nameof(CopyFeatures)} to read them row by row.");
            return Together(0, Count);
        }
    }

    /// <summary>[Count × TargetCount]</summary>
    public ReadOnlyMatrix Targets => new(Rows(_targets, TargetCount), Count, TargetCount);

    /// <summary>[Count], or empty if all weights are equal.</summary>
    public ReadOnlySpan<Real> Weights => _weights is null ? [] : Rows(_weights, 1);

    /// <summary>Number of members of an ensemble that are trained on different rows; 0 if all members are trained on all rows.</summary>
    internal int FoldCount { get; }

    /// <summary>[Count]: the member that is validated on each row, and not trained on it. Empty if all members are trained on all
    /// rows.</summary>
    internal ReadOnlySpan<int> Folds => _folds is null ? [] : _folds.AsSpan(_first, Count);

    /// <summary>Writes the features of one example.</summary>
    /// <param name="row">Which.</param>
    /// <param name="destination">[FeatureCount], overwritten.</param>
    public void CopyFeatures(int row, Span<Real> destination)
    {
        if (_sparse is not null) _sparse.CopyRow(RowOf(row), destination);
        else FeaturesOf(row).CopyTo(destination);
    }

    /// <summary>Adds the features of one example to a batch of sparse rows.</summary>
    internal void AddTo(SparseBatch batch, int row, ReadOnlySpan<Real> factors) =>
        batch.Add(_sparse!.ColumnsOf(RowOf(row)), _sparse.ValuesOf(RowOf(row)), factors);

    /// <summary>Center and spread of every feature. For sparse features, the largest magnitude, so that 0 stays 0.</summary>
    internal Standardization MeasureFeatures(FeatureScaling scaling, WorkMeter? meter = null)
    {
        if (_sparse is not null) return Standardization.MeasureMagnitudes(_sparse, Enumerable.Range(0, Count).Select(RowOf), meter);
        if (scaling == FeatureScaling.Robust) return Standardization.MeasureQuartilesOfRows(FeatureRows, meter);
        return Standardization.MeasureRows(FeatureRows, Weights, meter);
    }

    /// <summary>The sparse features, and the rows of these examples in them; null if the features are dense.</summary>
    internal SparseColumns? SparseColumns => SparseColumnsWith(meter: null);

    /// <summary>The same, with checks whether training must end.</summary>
    internal SparseColumns? SparseColumnsWith(WorkMeter? meter) =>
        _sparse is null ? null : new SparseColumns(_sparse, RowOf, Count, meter);

    /// <summary>Features that are missing in some examples, but not in all, in ascending order.</summary>
    internal IReadOnlyList<int> SlotsWithMissing(WorkMeter? meter = null)
    {
        if (!HasMissing) return [];
        var missing = SparseColumnsWith(meter)?.CountMissing() ?? new int[FeatureCount];
        for (var row = 0; row < Count && !IsSparse; row++)
        {
            meter?.Add(missing.Length);
            for (var j = 0; j < missing.Length; j++) missing[j] += Real.IsNaN(FeaturesOf(row)[j]) ? 1 : 0;
        }
        return [.. Enumerable.Range(0, FeatureCount).Where(j => missing[j] > 0 && missing[j] < Count)];
    }

    /// <summary>Features with concentrated values, in ascending order: one value is both the lower and the upper quartile, as 0 is in many
    /// amounts. Sparse features and features with fewer than three different values are excluded. The result is empty if it would contain
    /// more than half of the features, because word counts and pixels are naturally mostly 0.</summary>
    /// <remarks>Measured on up to 16,384 examples, evenly spread. Missing values are excluded. docs/decisions/0028.</remarks>
    /// <param name="orInClusters">Whether features whose values form a few clusters far apart are included. Dates that are written as one
    /// integer are an example.</param>
    public IReadOnlyList<int> ConcentratedFeatures(bool orInClusters) => FindConcentratedFeatures(orInClusters, meter: null);

    internal IReadOnlyList<int> FindConcentratedFeatures(bool orInClusters, WorkMeter? meter)
    {
        if (IsSparse) return [];
        var known = new Real[Math.Min(Count, MaxRowsToSort)];
        int[] concentrated = [.. Enumerable.Range(0, FeatureCount).Where(IsConcentrated)];
        return concentrated.Length <= FeatureCount / 2 ? concentrated : [];

        bool IsConcentrated(int feature)
        {
            var sorted = RowReading.CopyKnown(FeatureRows, feature, known, meter);
            ChunkedSort.Sort(sorted, meter);
            return ValueConcentration.OnOneNumber(sorted) || (orInClusters && ValueConcentration.InClusters(sorted));
        }
    }

    /// <summary>Features with few different values, in ascending order, for <see cref="Layers.ValueIndicators"/>. They have at least 3
    /// values, on average at least 10 examples for each, and no value with less than an eighth of that average. Settings of an experiment
    /// are such features. Sparse features are excluded; missing values do not count.</summary>
    /// <remarks>Features that hold category indices are included; leave them out. docs/decisions/0061.</remarks>
    /// <param name="maximumValues">Maximum number of different values of a feature; less than 3 for none.</param>
    public IReadOnlyList<FewValuedFeature> FewValuedFeatures(int maximumValues) => FindFewValuedFeatures(maximumValues, meter: null);

    internal IReadOnlyList<FewValuedFeature> FindFewValuedFeatures(int maximumValues, WorkMeter? meter) =>
        IsSparse ? [] : FewValuedColumns.Find(this, maximumValues, meter);

    /// <summary>Whether all values of a row are finite.</summary>
    internal static bool AreFinite(ReadOnlySpan<Real> row) => row.IsEmpty || TensorPrimitives.IsFiniteAll(row);

    /// <summary>Whether all values of a row are finite or missing (NaN).</summary>
    internal static bool AreFiniteOrMissing(ReadOnlySpan<Real> row) => AreFinite(row) || !TensorPrimitives.IsInfinityAny(row);

    /// <summary>Whether targets can be trained on: all of them are finite, or some of several are missing.</summary>
    internal static bool AreTargets(ReadOnlySpan<Real> targets) =>
        AreFinite(targets) || (targets.Length > 1 && AreFiniteOrMissing(targets) && !TensorPrimitives.IsNaNAll(targets));

    private ReadOnlySpan<Real> Rows(Real[] values, int columns) => values.AsSpan(_first * columns, Count * columns);

    private static void CheckWeights(Real[]? weights)
    {
        for (var row = 0; row < (weights?.Length ?? 0); row++)
            if (!(weights![row] > 0) || !Real.IsFinite(weights[row]))
                throw new ArgumentException($"The weight of row {row} is {weights[row]}. Weights must be finite and > 0.", nameof(weights));
    }

    private static void CheckFinite(Real[] values, int columns, string name, bool allowsMissing = false)
    {
        for (var i = 0; i < values.Length; i++)
            if (!Real.IsFinite(values[i]) && !(allowsMissing && Real.IsNaN(values[i])))
                throw new ArgumentException(
                    $"Row {i / columns}, column {i % columns} of {name} is {values[i]}. All values must be finite.", name);
    }
}
