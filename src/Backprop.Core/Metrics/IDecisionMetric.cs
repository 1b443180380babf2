using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric of two classes that depends only on how many examples of each class are predicted positive. So a threshold can be
/// chosen for it.</summary>
internal interface IDecisionMetric
{
    /// <summary>The metric; larger is better.</summary>
    double Of(DecisionCounts counts);
}

/// <summary>A weighted confusion matrix of two classes.</summary>
/// <param name="TruePositives">Positive, and predicted positive.</param>
/// <param name="FalsePositives">Negative, but predicted positive.</param>
/// <param name="FalseNegatives">Positive, but predicted negative.</param>
/// <param name="TrueNegatives">Negative, and predicted negative.</param>
internal readonly record struct DecisionCounts(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    /// <summary>The matrix for the threshold at score 0.</summary>
    public static DecisionCounts Of(ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        Span<double> sums = stackalloc double[4];
        for (var row = 0; row < scores.Rows; row++)
            sums[(scores.Row(row)[0] > 0 ? 2 : 0) + (targets.Row(row)[0] > 0.5 ? 1 : 0)] += Metric.WeightOf(weights, row);
        return new DecisionCounts(sums[3], sums[2], sums[1], sums[0]);
    }
}
