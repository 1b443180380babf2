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
