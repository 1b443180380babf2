namespace Backprop.Training;

// What is needed to number keys and classes anew.
public sealed partial class ExampleSet
{
    /// <summary>Where the numbers of one example stand, in rising order; empty where all of them are there.</summary>
    internal ReadOnlySpan<int> PlacesOf(int row) => _sparse is null ? [] : _sparse.ColumnsOf(_first + row);

    /// <summary>The numbers of one example, without zeros where they are sparse.</summary>
    internal ReadOnlySpan<Real> ValuesOf(int row) => _sparse is null ? Features.Row(row) : _sparse.ValuesOf(_first + row);

    /// <summary>The same examples with other numbers; may change the arrays of this one.</summary>
    internal ExampleSet Renumbered(Renumbering by)
    {
        if (by.IsIdentity) return this;
        if (TargetCount == 1) by.ApplyToTargets(_targets.AsSpan(_first, Count));
        Real[]? weights = _weights is null ? null : [.. Weights];
        if (_sparse is not null) return new ExampleSet(by.Apply(_sparse, _first, Count), [.. Targets.Values], TargetCount, weights);
        var old = _features.AsMemory(_first * FeatureCount, Count * FeatureCount);
        var features = by.Apply(old, FeatureCount);
        if (features.Equals(old)) return this;
        return new ExampleSet(features.ToArray(), features.Length / Count, [.. Targets.Values], TargetCount, weights, allowsMissing: true);
    }
}
