using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>Those metrics of two classes that depend on nothing but how many examples of each are called positive; so a threshold can be
/// chosen for them.</summary>
internal interface IDecisionMetric
{
    /// <summary>The metric; larger is better.</summary>
    double Of(DecisionCounts counts);
}

/// <summary>The weights of the examples of two classes by what they are called.</summary>
/// <param name="TruePositives">Positive, and called so.</param>
/// <param name="FalsePositives">Negative, but called positive.</param>
/// <param name="FalseNegatives">Positive, but called negative.</param>
/// <param name="TrueNegatives">Negative, and called so.</param>
internal readonly record struct DecisionCounts(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    /// <summary>With the threshold at score 0.</summary>
    public static DecisionCounts Of(ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        Span<double> sums = stackalloc double[4];
        for (var row = 0; row < scores.Rows; row++)
            sums[(scores.Row(row)[0] > 0 ? 2 : 0) + (targets.Row(row)[0] > 0.5 ? 1 : 0)] += Metric.WeightOf(weights, row);
        return new DecisionCounts(sums[3], sums[2], sums[1], sums[0]);
    }
}
