namespace Backprop.Numerics;

/// <summary>
/// Sorts many values, and counts the work. Up to a limit, it is .NET's sort; longer arrays are sorted in chunks, which are then merged.
/// </summary>
internal static class ChunkedSort
{
    /// <summary>Values that are sorted in one call: some 20 ms.</summary>
    public const int LargestChunk = 1 << 18;

    // .NET sorts a million floats in less than 100 ms. Merging in chunks would be slower.
    private const int LargestWhole = 1 << 20;

    /// <summary>Sorts values in place, in ascending order.</summary>
    /// <param name="values">The values to sort.</param>
    /// <param name="meter">Counts the work; null for .NET's sort.</param>
    public static void Sort(Span<Real> values, WorkMeter? meter) => Sort(values, meter, LargestWhole, LargestChunk);

    /// <summary>
    /// Sorts keys in place, in ascending order, and puts items into the same order. Items of equal keys come in any order.
    /// </summary>
    /// <param name="keys">The sort keys.</param>
    /// <param name="items">One item for each key.</param>
    /// <param name="meter">Counts the work; null for .NET's sort.</param>
    public static void Sort(Span<Real> keys, Span<int> items, WorkMeter? meter) => Sort(keys, items, meter, LargestWhole, LargestChunk);

    internal static void Sort(Span<Real> values, WorkMeter? meter, int largestWhole, int largestChunk)
    {
        if (meter is null || values.Length <= largestWhole)
        {
            values.Sort();
            meter?.AddSorting(values.Length);
            return;
        }
        for (var first = 0; first < values.Length; first += largestChunk)
        {
            var chunk = values.Slice(first, Math.Min(largestChunk, values.Length - first));
            chunk.Sort();
            meter.AddSorting(chunk.Length);
        }
        Span<Real> from = values, to = new Real[values.Length];
        for (var length = (long)largestChunk; length < values.Length; length *= 2)
        {
            MergeNeighbours(from, [], to, [], length, meter);
            Swap(ref from, ref to);
        }
        if (from != values) from.CopyTo(values);
    }

    internal static void Sort(Span<Real> keys, Span<int> items, WorkMeter? meter, int largestWhole, int largestChunk)
    {
        if (meter is null || keys.Length <= largestWhole)
        {
            keys.Sort(items);
            meter?.AddSorting(keys.Length);
            return;
        }
        for (var first = 0; first < keys.Length; first += largestChunk)
        {
            var count = Math.Min(largestChunk, keys.Length - first);
            keys.Slice(first, count).Sort(items.Slice(first, count));
            meter.AddSorting(count);
        }
        Span<Real> from = keys, to = new Real[keys.Length];
        Span<int> itemsFrom = items, itemsTo = new int[items.Length];
        for (var length = (long)largestChunk; length < keys.Length; length *= 2)
        {
            MergeNeighbours(from, itemsFrom, to, itemsTo, length, meter);
            Swap(ref from, ref to);
            Swap(ref itemsFrom, ref itemsTo);
        }
        if (from == keys) return;
        from.CopyTo(keys);
        itemsFrom.CopyTo(items);
    }

    private static void MergeNeighbours(
        ReadOnlySpan<Real> from, ReadOnlySpan<int> items, Span<Real> to, Span<int> itemsTo, long length, WorkMeter meter)
    {
        for (var first = 0L; first < from.Length; first += 2 * length)
        {
            int left = (int)first, middle = (int)Math.Min(first + length, from.Length), right = middle;
            var end = (int)Math.Min(first + 2 * length, from.Length);
            for (var i = left; i < end; i++)
            {
                // CompareTo puts NaN first, as .NET's sort does.
                var takesLeft = right == end || (left < middle && from[left].CompareTo(from[right]) <= 0);
                var source = takesLeft ? left++ : right++;
                to[i] = from[source];
                if (!items.IsEmpty) itemsTo[i] = items[source];
                if (i % LargestChunk == 0) meter.Add(8L * LargestChunk);
            }
        }
    }

    private static void Swap<T>(ref Span<T> one, ref Span<T> other)
    {
        var kept = one;
        one = other;
        other = kept;
    }
}
