namespace Backprop.Accuracy.Protocols;

/// <summary>A random order of rows that depends on nothing but a seed and the numbers of the rows.</summary>
/// <remarks>
/// Rows are sorted by SplitMix64 of seed·2³² + row: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
/// The function maps different numbers to different ones, so there are no ties, and any language has the same order in a few lines.
/// </remarks>
internal static class RowOrder
{
    public static int[] Shuffled(int rows, uint seed) =>
        [.. Enumerable.Range(0, rows).OrderBy(row => Mix(((ulong)seed << 32) + (uint)row))];

    /// <summary>Deals shuffled rows like cards: the n-th goes to part n mod <paramref name="parts"/>.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="parts">The number of parts.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="key">Rows are sorted by it first, so every part has its share of each of its values; null for no such order.</param>
    /// <param name="comparer">How keys are compared.</param>
    /// <returns>[rows] The part of each row.</returns>
    public static int[] Dealt<TKey>(int rows, int parts, uint seed, Func<int, TKey>? key, IComparer<TKey>? comparer = null)
    {
        IEnumerable<int> order = Shuffled(rows, seed);
        if (key is not null) order = order.OrderBy(key, comparer);
        var partOf = new int[rows];
        foreach (var (place, row) in order.Index()) partOf[row] = place % parts;
        return partOf;
    }

    internal static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
