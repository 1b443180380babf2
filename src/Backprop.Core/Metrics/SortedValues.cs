namespace Backprop.Metrics;

/// <summary>Quantiles of sorted values.</summary>
internal static class SortedValues
{
    /// <summary>The quantile at a share of the values, with linear interpolation (NumPy's default).</summary>
    /// <param name="sorted">At least one value, in ascending order.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var index = (int)position;
        return index + 1 < sorted.Length ? sorted[index] + (position - index) * (sorted[index + 1] - sorted[index]) : sorted[index];
    }
}
