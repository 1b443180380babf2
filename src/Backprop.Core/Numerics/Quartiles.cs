namespace Backprop.Numerics;

/// <summary>The median of sorted values, and the distance of their quartiles.</summary>
internal static class Quartiles
{
    /// <summary>Median, and 1 / distance of the quartiles, or 1 / half the range if the quartiles are equal; 0 if all values are
    /// equal.</summary>
    public static (double Median, double Factor) Of(ReadOnlySpan<Real> sorted)
    {
        var distance = Distance(sorted);
        if (distance == 0) distance = ((double)sorted[^1] - sorted[0]) / 2;
        return (Quantile(sorted, 0.5), distance == 0 ? 0 : 1 / distance);
    }

    /// <summary>Whether the quartiles are equal.</summary>
    public static bool AreEqual(ReadOnlySpan<Real> sorted) => Distance(sorted) == 0;

    private static double Distance(ReadOnlySpan<Real> sorted) => Quantile(sorted, 0.75) - Quantile(sorted, 0.25);

    // Interpolated between neighbours, as in NumPy.
    private static double Quantile(ReadOnlySpan<Real> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        if (below + 1 == sorted.Length) return sorted[below];
        return sorted[below] + (position - below) * ((double)sorted[below + 1] - sorted[below]);
    }
}
