using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>A metric that early stopping may use instead of the loss: one value, computed over all validation data at once.</summary>
/// <remarks>The names and definitions are those of ML.NET's evaluators; here examples have weights. A new metric is one file in this folder
/// and one entry in <see cref="All"/>.</remarks>
public abstract record Metric
{
    /// <summary>Whether larger is better.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>Whether it supports targets of this kind.</summary>
    public abstract bool Suits(TargetKind kind);

    /// <summary>Whether it is computed from all labels of a row together, if rows have several binary targets, as in multi-label
    /// classification.</summary>
    /// <value>True by default: a metric receives all scores and all targets of a row. If false, early stopping uses the plain mean of the
    /// metrics of the labels. Labels that it is not defined for, such as the AUC of a label that is always false, are not part of the
    /// mean.</value>
    public virtual bool SuitsSeveralLabels => true;

    /// <summary>Computes the metric.</summary>
    /// <param name="scores">[rows × outputs]: raw scores, in units of the targets where they are scaled.</param>
    /// <param name="predictions">[rows × outputs]: the predictions that the loss's link computes from the scores.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="weights">[rows], or empty if all weights are equal.</param>
    /// <returns>The metric; NaN where it is not defined, such as an area under a curve of one class alone.</returns>
    public abstract double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights);

    /// <summary>The same for many rows. Counts the work; a metric that sorts overrides it.</summary>
    internal virtual double Measure(
        ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? meter) =>
        Measure(scores, predictions, targets, weights);

    /// <summary>One of each metric in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new Accuracy(), new AreaUnderPrecisionRecallCurve(), new AreaUnderRocCurve(), new F1Score(), new LogLoss(), new MacroAccuracy(),
        new MeanAbsoluteError(), new NormalizedDiscountedCumulativeGain(), new RootMeanSquaredError(), new RSquared(),
    ];

    internal static string NameOf(IReadOnlyList<string> names, int column) => column < names.Count ? names[column] : $"{column}";

    internal static double WeightOf(ReadOnlySpan<Real> weights, int row) => weights.IsEmpty ? 1 : weights[row];

    // The class of a row: its index, or the index of the most probable class.
    private protected static int ClassOf(ReadOnlySpan<Real> row) => row.Length == 1 ? (int)row[0] : Largest(row);

    internal static int Largest(ReadOnlySpan<Real> row)
    {
        var largest = 0;
        for (var k = 1; k < row.Length; k++)
            if (row[k] > row[largest]) largest = k;
        return largest;
    }
}
