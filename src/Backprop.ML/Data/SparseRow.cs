namespace Backprop.ML.Data;

/// <summary>The stored values of a row: all values that are not 0, and perhaps some that are 0.</summary>
internal readonly ref struct SparseRow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
{
    /// <summary>The indices of the values, in ascending order; empty if the row has all its values.</summary>
    public ReadOnlySpan<int> Indices { get; } = indices;

    /// <summary>The values.</summary>
    public ReadOnlySpan<float> Values { get; } = values;
}
