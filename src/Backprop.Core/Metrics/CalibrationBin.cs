namespace Backprop.Metrics;

/// <summary>One point of a reliability curve: the rows whose probability is in one bin.</summary>
/// <param name="Lower">The lower edge of the bin. It belongs to the bin before, except for the first bin.</param>
/// <param name="Upper">The upper edge of the bin. It belongs to this bin.</param>
/// <param name="Rows">Number of rows; at least 1.</param>
/// <param name="MeanProbability">Mean probability of these rows.</param>
/// <param name="PositiveShare">Share of these rows for which the event occurred.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Rows, double MeanProbability, double PositiveShare)
{
    /// <summary>How far the mean probability is above the share: above 0 if the probabilities are too high.</summary>
    public double Gap => MeanProbability - PositiveShare;

    /// <summary>A 95 % confidence interval of the share, from Wilson's score. A bin is calibrated as far as these rows can tell if its
    /// mean probability is inside.</summary>
    /// <remarks>Wilson (1927), "Probable inference, the law of succession, and statistical inference".</remarks>
    public (double Lower, double Upper) ShareInterval => WilsonInterval.Of(PositiveShare, Rows);
}
