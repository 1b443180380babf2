namespace Backprop.Metrics;

/// <summary>One point of a reliability curve: the rows whose probability is in one bin.</summary>
/// <param name="Lower">The lower edge of the bin. It belongs to the bin before, except for the first bin.</param>
/// <param name="Upper">The upper edge of the bin. It belongs to this bin.</param>
/// <param name="Rows">Number of rows; at least 1.</param>
/// <param name="MeanProbability">Mean probability of these rows.</param>
/// <param name="PositiveShare">Share of these rows for which the event occurred.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Rows, double MeanProbability, double PositiveShare)
{
    // Of the standard normal distribution: 95 % of it lies between −z and z.
    private const double Z = 1.959963984540054;

    /// <summary>How far the mean probability is above the share: above 0 if the probabilities are too high.</summary>
    public double Gap => MeanProbability - PositiveShare;

    /// <summary>A 95 % confidence interval of the share, from Wilson's score. A bin is calibrated as far as these rows can tell if its
    /// mean probability is inside.</summary>
    /// <remarks>Wilson (1927), "Probable inference, the law of succession, and statistical inference".</remarks>
    public (double Lower, double Upper) ShareInterval
    {
        get
        {
            double n = Rows, p = PositiveShare;
            var middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
            var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
            return (Math.Max(0, middle - half), Math.Min(1, middle + half));
        }
    }
}
