namespace Backprop.Numerics;

/// <summary>The different values of a sorted column.</summary>
internal static class EqualValues
{
    /// <summary>Each different value and how often it occurs, in ascending order.</summary>
    public static List<(Real Value, int Count)> Of(ReadOnlySpan<Real> sorted)
    {
        var values = new List<(Real, int)>();
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            end = first + 1;
            while (end < sorted.Length && sorted[end] == sorted[first]) end++;
            values.Add((sorted[first], end - first));
        }
        return values;
    }
}
