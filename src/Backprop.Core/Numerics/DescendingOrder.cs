namespace Backprop.Numerics;

/// <summary>The order of values, from the largest to the smallest.</summary>
internal static class DescendingOrder
{
    /// <summary>Writes the indices of the values in descending order of the values. Of equal values, the one with the smaller index is
    /// first. Uses the scratch of products.</summary>
    /// <param name="values">The values; NaN is last.</param>
    /// <param name="order">[values], overwritten.</param>
    public static void Write(ReadOnlySpan<Real> values, Span<int> order)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Sort(values, order);
    }

    /// <summary>The same. Equal values are in descending order of other values.</summary>
    /// <param name="values">The values; NaN is last.</param>
    /// <param name="others">[values]: the values that decide where values are equal.</param>
    /// <param name="order">[values], overwritten.</param>
    public static void Write(ReadOnlySpan<Real> values, ReadOnlySpan<Real> others, Span<int> order)
    {
        Write(values, order);
        for (int first = 0, end; first < order.Length; first = end)
        {
            end = first + 1;
            while (end < order.Length && values[order[end]] == values[order[first]]) end++;
            if (end - first > 1) Sort(others, order[first..end]);
        }
    }

    // Sorts indices by the values at these indices. The indices of equal values must be in ascending order.
    private static void Sort(ReadOnlySpan<Real> values, Span<int> indices)
    {
        // .NET sorts NaN first in ascending order, so the descending order is the reverse of the ascending one.
        var keys = Scratch.OfAtLeast(indices.Length).AsSpan(0, indices.Length);
        for (var i = 0; i < indices.Length; i++) keys[i] = values[indices[i]];
        keys.Sort(indices);
        indices.Reverse();
        keys.Reverse();
        for (int first = 0, end; first < keys.Length; first = end)
        {
            end = first + 1;
            while (end < keys.Length && keys[end] == keys[first]) end++;
            if (end - first > 1) indices[first..end].Sort();
        }
    }
}
