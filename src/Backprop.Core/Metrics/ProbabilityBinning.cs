namespace Backprop.Metrics;

/// <summary>How probabilities are grouped into bins.</summary>
public enum ProbabilityBinning
{
    /// <summary>Bins of equal width: with B bins, the edges are k/B. scikit-learn's <c>strategy="uniform"</c>.</summary>
    EqualWidth,

    /// <summary>Bins of about the same number of rows: with B bins, the edges are the quantiles k/B of the probabilities, with linear
    /// interpolation. Equal probabilities are always in the same bin. scikit-learn's <c>strategy="quantile"</c>.</summary>
    EqualCount,
}
