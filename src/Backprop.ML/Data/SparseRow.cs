namespace Backprop.ML.Data;

/// <summary>The numbers of a row that are not 0, and perhaps some that are.</summary>
internal readonly ref struct SparseRow(ReadOnlySpan<int> places, ReadOnlySpan<float> values)
{
    /// <summary>Where they stand, in rising order; empty, if all numbers of the row are there.</summary>
    public ReadOnlySpan<int> Places { get; } = places;

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<float> Values { get; } = values;
}
