using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How much worse a model's metric becomes when the values of one column, or of several together, are permuted among the
/// rows.</summary>
/// <remarks>Breiman (2001), "Random forests", §10; Fisher, Rudin and Dominici (2019), "All models are wrong, but many are useful",
/// arXiv:1801.01489.</remarks>
public sealed record ColumnImportance
{
    internal ColumnImportance(string name, IReadOnlyList<double> deteriorations) => (Name, Deteriorations) = (name, deteriorations);

    /// <summary>The name of the column, of the feature in the features column, or of the group.</summary>
    public string Name { get; }

    /// <summary>How much worse the metric became, for each repeat: above 0 is worse, whether or not larger values of the metric are
    /// better.</summary>
    public IReadOnlyList<double> Deteriorations { get; }

    /// <summary>The importance: the mean over the repeats. About 0 for a column that the model does not use.</summary>
    public double Mean => Deteriorations.Average();

    /// <summary>Standard deviation over the repeats, with the divisor n − 1.</summary>
    public double StandardDeviation
    {
        get
        {
            var mean = Mean;
            return Math.Sqrt(Deteriorations.Sum(value => (value - mean) * (value - mean)) / (Deteriorations.Count - 1));
        }
    }

    /// <summary>Standard error of the mean: how far it varies with the random permutations, not with the choice of the rows.</summary>
    public double StandardError => StandardDeviation / Math.Sqrt(Deteriorations.Count);

    /// <summary>A confidence interval of the mean, by Student's t distribution.</summary>
    /// <param name="confidence">Above 0, below 1; usually 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is out of range.</exception>
    public (double Lower, double Upper) Interval(double confidence = 0.95)
    {
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "must be above 0 and below 1");
        var half = StandardError * StudentDistribution.TwoSidedQuantile(confidence, Deteriorations.Count - 1);
        return (Mean - half, Mean + half);
    }

    /// <summary>Sorts by importance, in descending order. Columns of equal importance keep their order.</summary>
    internal static IReadOnlyList<ColumnImportance> Sorted(IEnumerable<ColumnImportance> columns) =>
        [.. columns.OrderByDescending(column => column.Mean)];
}
