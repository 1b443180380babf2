namespace Backprop.Metrics;

/// <summary>The 95 % confidence interval of a share, from Wilson's score.</summary>
/// <remarks>Wilson (1927), "Probable inference, the law of succession, and statistical inference".</remarks>
internal static class WilsonInterval
{
    // Of the standard normal distribution: 95 % of it lies between −z and z.
    private const double Z = 1.959963984540054;

    /// <param name="share">The share of rows for which an event occurred.</param>
    /// <param name="rows">Number of rows; at least 1.</param>
    public static (double Lower, double Upper) Of(double share, int rows)
    {
        double n = rows, p = share;
        var middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
