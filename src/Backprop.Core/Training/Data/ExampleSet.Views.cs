using Backprop.Numerics;

namespace Backprop.Training;

public sealed partial class ExampleSet
{
    // Some of the examples, or all of them with other weights or folds. The features are never copied.
    private ExampleSet(ExampleSet of, int first, int count, Real[]? weights, int[]? folds, int foldCount)
    {
        (FeatureCount, TargetCount, HasMissing) = (of.FeatureCount, of.TargetCount, of.HasMissing);
        (_features, _sparse, _rows) = (of._features, of._sparse, of._rows);
        (_targets, _weights, _folds, _groups) = (of._targets, weights, folds, of._groups);
        (_first, Count, FoldCount) = (first, count, foldCount);
    }

    private ExampleSet(ExampleSet of, int[] rows, Real[] targets, Real[]? weights, int[]? groups, RowBlocks? features,
        SparseMatrix? sparse, bool hasMissing)
    {
        (FeatureCount, TargetCount, HasMissing, Count) = (of.FeatureCount, of.TargetCount, hasMissing, rows.Length);
        (_features, _sparse, _rows) = (features, sparse, rows);
        (_targets, _weights, _groups) = (targets, weights, groups);
    }

    /// <summary>The dense features of all examples.</summary>
    internal ExampleRows FeatureRows => new(this);

    /// <summary>[FeatureCount]: the dense features of one example, without a copy.</summary>
    internal ReadOnlySpan<Real> FeaturesOf(int row) => _features!.Row(RowOf(row));

    /// <summary>One feature of one example.</summary>
    internal Real ValueAt(int row, int feature) =>
        _sparse is null ? FeaturesOf(row)[feature] : _sparse.ValueAt(RowOf(row), feature);

    /// <summary>Whether the dense features of these consecutive examples are adjacent in memory.</summary>
    internal bool AreTogether(int first, int count) => _rows is null && _features!.AreTogether(_first + first, count);

    /// <summary>[count × FeatureCount]: the features of consecutive examples that are adjacent in memory.</summary>
    internal ReadOnlyMatrix Together(int first, int count) => new(_features!.Together(_first + first, count), count, FeatureCount);

    /// <summary>Some consecutive examples; nothing is copied.</summary>
    internal ExampleSet Slice(int first, int count) => new(this, _first + first, count, _weights, _folds, FoldCount);

    /// <summary>Some examples, in any order. Targets and weights are copied, features are not.</summary>
    /// <param name="rows">Indices of the examples; at least one.</param>
    internal ExampleSet Select(ReadOnlySpan<int> rows)
    {
        int[] rowIndices = new int[rows.Length];
        Real[] targets = new Real[rows.Length * TargetCount];
        Real[]? weights = _weights is null ? null : new Real[rows.Length];
        int[]? groups = _groups is null ? null : new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rowIndices[i] = RowOf(rows[i]);
            Targets.Row(rows[i]).CopyTo(targets.AsSpan(i * TargetCount));
            if (weights is not null) weights[i] = Weights[rows[i]];
            if (groups is not null) groups[i] = Groups[rows[i]];
        }
        return new ExampleSet(this, rowIndices, targets, weights, groups, _features, _sparse, HasMissing);
    }

    /// <summary>Some examples from all parts of the data, evenly spread.</summary>
    /// <param name="max">Their maximum number. All examples are returned if they are no more.</param>
    internal ExampleSet Spread(int max) => Count <= max ? this : Select([.. SpreadRows(Count, max)]);

    /// <summary>The indices of some rows, evenly spread over all rows.</summary>
    internal static IEnumerable<int> SpreadRows(int rows, int count) =>
        Enumerable.Range(0, count).Select(i => (int)((long)i * rows / count));

    /// <summary>These examples, followed by others with the same columns. Features are copied only if both sets have their own
    /// arrays.</summary>
    internal ExampleSet Concat(ExampleSet by)
    {
        Real[] targets = [.. Targets.Values, .. by.Targets.Values];
        Real[]? weights = _weights is null && by._weights is null ? null : [.. WeightsOrOnes(), .. by.WeightsOrOnes()];
        var groups = GroupsWith(by);
        var hasMissing = HasMissing || by.HasMissing;
        if (_features == by._features && _sparse == by._sparse)
            return new ExampleSet(this, RowIndicesWith(by, 0), targets, weights, groups, _features, _sparse, hasMissing);
        if (_features is not null && by._features is not null && _features.Concat(by._features, out var first) is { } both)
            return new ExampleSet(this, RowIndicesWith(by, first), targets, weights, groups, both, null, hasMissing);
        if (_sparse is not null && by._sparse is not null)
        {
            var joined = SparseMatrix.Join(_sparse, RowIndices(0), by._sparse, by.RowIndices(0));
            return new ExampleSet(new ExampleSet(joined, targets, TargetCount, weights, allowsMissing: true), groups);
        }
        var features = new Real[checked((Count + by.Count) * FeatureCount)];
        for (var row = 0; row < Count + by.Count; row++)
        {
            var to = features.AsSpan(row * FeatureCount, FeatureCount);
            if (row < Count) CopyFeatures(row, to);
            else by.CopyFeatures(row - Count, to);
        }
        return new ExampleSet(new ExampleSet(features, FeatureCount, targets, TargetCount, weights, allowsMissing: true), groups);
    }

    /// <summary>The same examples with other weights.</summary>
    /// <param name="weights">[Count]</param>
    internal ExampleSet WithWeights(ReadOnlySpan<Real> weights) =>
        new(this, _first, Count, [.. new Real[_first], .. weights], _folds, FoldCount);

    /// <summary>The same examples with folds.</summary>
    /// <param name="folds">[Count], from 0 to <paramref name="foldCount"/> − 1.</param>
    /// <param name="foldCount">Number of members of the ensemble.</param>
    internal ExampleSet WithFolds(ReadOnlySpan<int> folds, int foldCount) =>
        new(this, _first, Count, _weights, [.. new int[_first], .. folds], foldCount);

    // The index of an example's row of features.
    private int RowOf(int row) => _rows is null ? _first + row : _rows[_first + row];

    private int[] RowIndices(int offset) => [.. Enumerable.Range(0, Count).Select(row => offset + RowOf(row))];

    private int[] RowIndicesWith(ExampleSet others, int offset) => [.. RowIndices(0), .. others.RowIndices(offset)];

    private Real[] WeightsOrOnes() => _weights is null ? [.. Enumerable.Repeat((Real)1, Count)] : [.. Weights];
}

/// <summary>The dense features of examples as rows.</summary>
internal readonly struct ExampleRows(ExampleSet examples) : IRows
{
    /// <inheritdoc/>
    public int Rows => examples.Count;

    /// <inheritdoc/>
    public int Columns => examples.FeatureCount;

    /// <inheritdoc/>
    public ReadOnlySpan<Real> Row(int row) => examples.FeaturesOf(row);
}
