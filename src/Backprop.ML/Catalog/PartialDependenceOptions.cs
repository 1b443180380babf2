using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.ML;

/// <summary>The options of <c>ml.Model.PartialDependence</c>.</summary>
public sealed record PartialDependenceOptions
{
    /// <summary>The column of predictions: Single, or a vector of Single.</summary>
    /// <value>Null: Probability, or Score if there is no Probability.</value>
    public string? OutputColumnName { get; init; }

    /// <summary>The slot of a vector of predictions, by its name: a class, a label, a target or a quantile. Without slot names, its
    /// index.</summary>
    /// <value>Null; required if the column has several slots.</value>
    public string? OutputName { get; init; }

    /// <summary>Number of points of the curve at most.</summary>
    /// <value>20; at least 2. A numeric column with more distinct values has its observed values at equally spaced quantiles. A category
    /// column has its most frequent categories.</value>
    public int GridSize { get; init; } = 20;

    /// <summary>The quantile of a numeric column where the curve begins, if it has more distinct values than points.</summary>
    /// <value>0.05; at least 0, below <see cref="UpperQuantile"/>.</value>
    public double LowerQuantile { get; init; } = 0.05;

    /// <summary>The quantile where the curve ends.</summary>
    /// <value>0.95; at most 1.</value>
    public double UpperQuantile { get; init; } = 0.95;

    /// <summary>The share of the rows' curves within the bands of quantiles, at every point.</summary>
    /// <value>0.8: from the quantile 0.1 to 0.9; above 0, below 1.</value>
    public double Coverage { get; init; } = 0.8;

    /// <summary>Number of rows whose curves are kept in <see cref="PartialDependence.Curves"/>, chosen at random.</summary>
    /// <value>50; at least 0.</value>
    public int NumberOfCurves { get; init; } = 50;

    /// <summary>Number of rows to average over at most. If the data has more, they are chosen at random.</summary>
    /// <value>1,000; at least 2.</value>
    public int MaximumRows { get; init; } = 1000;

    /// <summary>The seed of the random choices.</summary>
    /// <value>0. The same seed and the same data produce the same result.</value>
    public int Seed { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        if (GridSize < 2) throw ValueRange.Refusal(nameof(GridSize), GridSize, "must be at least 2");
        if (!(LowerQuantile >= 0 && LowerQuantile < UpperQuantile))
            throw ValueRange.Refusal(nameof(LowerQuantile), LowerQuantile, $"must be at least 0 and below {nameof(UpperQuantile)}");
        if (!(UpperQuantile <= 1)) throw ValueRange.Refusal(nameof(UpperQuantile), UpperQuantile, "must be at most 1");
        ValueRange.BetweenZeroAndOne.Checked(Coverage, nameof(Coverage));
        if (NumberOfCurves < 0) throw ValueRange.Refusal(nameof(NumberOfCurves), NumberOfCurves, "must be at least 0");
        if (MaximumRows < 2) throw ValueRange.Refusal(nameof(MaximumRows), MaximumRows, "must be at least 2");
    }
}
