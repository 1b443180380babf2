namespace Backprop.Numerics;

/// <summary>Whether values are concentrated: so close together, relative to their range, that scaling by the range cannot
/// separate them.</summary>
internal static class ValueConcentration
{
    // In clusters, the few widest steps between neighbouring quantiles cover this share of the range. At least half of the steps must have
    // a width, so that the values differ.
    private const int Steps = 128, FewSteps = 4, MinSteps = Steps / 2;
    private const double MinShareOfFew = 2.0 / 3;

    // The values beyond these quantiles are outliers. They are not examined here.
    private const double Tail = 0.05;

    /// <summary>Whether one value, of at least three different ones, fills both quartiles.</summary>
    public static bool OnOneNumber(ReadOnlySpan<Real> sorted) =>
        !sorted.IsEmpty && sorted.ContainsAnyExcept(sorted[0], sorted[^1]) && Quartiles.AreEqual(sorted);

    /// <summary>Whether values that are mostly different form a few distant clusters.</summary>
    public static bool InClusters(ReadOnlySpan<Real> sorted)
    {
        if (sorted.IsEmpty) return false;
        Span<double> widths = stackalloc double[Steps];
        for (var step = 0; step < Steps; step++) widths[step] = (double)At(sorted, step + 1) - At(sorted, step);
        widths.Sort();
        double few = 0, all = (double)At(sorted, Steps) - At(sorted, 0);
        foreach (var width in widths[^FewSteps..]) few += width;
        return widths[^MinSteps] > 0 && few >= MinShareOfFew * all;
    }

    private static Real At(ReadOnlySpan<Real> sorted, int step) =>
        sorted[(int)((Tail + (1 - 2 * Tail) * step / Steps) * (sorted.Length - 1))];
}
