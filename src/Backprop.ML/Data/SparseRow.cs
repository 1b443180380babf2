namespace Backprop.ML.Data;

/// <summary>The numbers of a row that are not 0, and perhaps some that are.</summary>
internal readonly ref struct SparseRow(ReadOnlySpan<int> places, ReadOnlySpan<float> values)
{
    /// <summary>Their positions, in ascending order; empty if the row has all its values.</summary>
    public ReadOnlySpan<int> Places { get; } = places;

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<float> Values { get; } = values;
}
