namespace Backprop.Training;

// Members needed to renumber keys and classes.
public sealed partial class ExampleSet
{
    /// <summary>The columns of the stored values of one sparse example, in ascending order; empty for dense examples.</summary>
    internal ReadOnlySpan<int> ColumnsOf(int row) => _sparse is null ? [] : _sparse.ColumnsOf(RowOf(row));

    /// <summary>The stored feature values of one example; without zeros if the features are sparse.</summary>
    internal ReadOnlySpan<Real> ValuesOf(int row) => _sparse is null ? FeaturesOf(row) : _sparse.ValuesOf(RowOf(row));

    /// <summary>The same examples with other columns, keys and classes. May change the arrays of this set.</summary>
    internal ExampleSet Renumbered(Renumbering by)
    {
        if (by.IsIdentity) return this;
        if (TargetCount == 1) by.ApplyToTargets(_targets.AsSpan(_first, Count));
        Real[]? weights = _weights is null ? null : [.. Weights];
        int[]? groups = _groups is null ? null : [.. Groups];
        if (_sparse is not null)
        {
            var renumbered = by.Apply(_sparse, RowIndices(0));
            return new ExampleSet(new ExampleSet(renumbered, [.. Targets.Values], TargetCount, weights, allowsMissing: true), groups);
        }
        for (var row = 0; row < Count; row++) by.ApplyToCategories(_features!.ToChange(RowOf(row)));
        if (by.Columns is not { } columns) return this;
        var features = new Real[checked(Count * columns.Length)];
        for (var row = 0; row < Count; row++)
        {
            var from = FeaturesOf(row);
            for (var j = 0; j < columns.Length; j++) features[row * columns.Length + j] = from[columns[j]];
        }
        return new ExampleSet(
            new ExampleSet(features, columns.Length, [.. Targets.Values], TargetCount, weights, allowsMissing: true), groups);
    }
}
