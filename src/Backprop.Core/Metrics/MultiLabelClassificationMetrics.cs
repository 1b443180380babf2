using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How well one of several labels is predicted.</summary>
/// <param name="Name">The name of the label; its index, from 0 on, if it has no name.</param>
/// <param name="Precision">The share of true labels among those predicted true; 0 if none is predicted true.</param>
/// <param name="Recall">The share of true labels that are predicted true; 0 if none is true.</param>
/// <param name="F1Score">2·TP / (2·TP + FP + FN); 0 if no true label is found.</param>
/// <param name="AreaUnderRocCurve">The probability that a true label has a higher score than a false one; NaN if all are true or all are
/// false.</param>
public sealed record LabelMetrics(string Name, double Precision, double Recall, double F1Score, double AreaUnderRocCurve);

/// <summary>Metrics of several labels. Any of them may be true.</summary>
/// <remarks>Definitions as in scikit-learn, with <c>zero_division=0</c>. Tsoumakas, Katakis and Vlahavas (2010), "Mining multi-label data",
/// §7.</remarks>
public sealed class MultiLabelClassificationMetrics
{
    private MultiLabelClassificationMetrics(IReadOnlyList<LabelMetrics> labels) => Labels = labels;

    /// <summary>The metrics of every label, in the order of the label column.</summary>
    public IReadOnlyList<LabelMetrics> Labels { get; }

    /// <summary>The share of examples all of whose labels are right.</summary>
    public double SubsetAccuracy { get; private init; }

    /// <summary>The share of labels, over all examples, that are wrong.</summary>
    public double HammingLoss { get; private init; }

    /// <summary>F1 of the labels of all examples together: frequent labels count more.</summary>
    public double MicroF1Score { get; private init; }

    /// <summary>Mean of the labels' F1: each label counts the same.</summary>
    public double MacroF1Score => Labels.Average(label => label.F1Score);

    /// <summary>Mean of the AUC over the labels that have one; NaN if none has.</summary>
    public double MacroAreaUnderRocCurve =>
        Labels.Select(label => label.AreaUnderRocCurve).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Computes the metrics.</summary>
    /// <param name="scores">[rows × labels]; only their order is used.</param>
    /// <param name="decisions">[rows × labels]: above 0.5 if a label is predicted true.</param>
    /// <param name="targets">[rows × labels]: above 0.5 if a label is true; at least one row.</param>
    /// <param name="names">[labels], or empty.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static MultiLabelClassificationMetrics Measure(
        ReadOnlyMatrix scores, ReadOnlyMatrix decisions, ReadOnlyMatrix targets, params IReadOnlyList<string> names) =>
        Measure(scores, decisions, targets, names, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal static MultiLabelClassificationMetrics Measure(
        ReadOnlyMatrix scores, ReadOnlyMatrix decisions, ReadOnlyMatrix targets, IReadOnlyList<string> names, WorkMeter? meter)
    {
        int rows = targets.Rows, count = targets.Columns;
        if (rows == 0 || scores.Rows != rows || decisions.Rows != rows || scores.Columns != count || decisions.Columns != count)
            throw new ArgumentException(
                $"{scores.Rows} × {scores.Columns} scores and {decisions.Rows} × {decisions.Columns} decisions " +
                $"do not fit {rows} × {count} targets.",
                nameof(scores));

        long[] found = new long[count], invented = new long[count], missed = new long[count];
        var allRight = 0;
        for (var row = 0; row < rows; row++)
        {
            var isAllRight = true;
            meter?.Add(4L * count);
            for (var j = 0; j < count; j++)
            {
                var (isTrue, isCalledTrue) = (targets.Row(row)[j] > 0.5, decisions.Row(row)[j] > 0.5);
                if (isTrue && isCalledTrue) found[j]++;
                if (!isTrue && isCalledTrue) invented[j]++;
                if (isTrue && !isCalledTrue) missed[j]++;
                isAllRight &= isTrue == isCalledTrue;
            }
            if (isAllRight) allRight++;
        }

        var labels = new LabelMetrics[count];
        Real[] columnOfScores = new Real[rows], columnOfTargets = new Real[rows];
        for (var j = 0; j < count; j++)
        {
            for (var row = 0; row < rows; row++) (columnOfScores[row], columnOfTargets[row]) = (scores.Row(row)[j], targets.Row(row)[j]);
            meter?.Add(16L * rows);
            var column = new ReadOnlyMatrix(columnOfScores, rows, 1);
            var area = new AreaUnderRocCurve().Measure(column, column, new ReadOnlyMatrix(columnOfTargets, rows, 1), [], meter);
            labels[j] = new LabelMetrics(
                Metric.NameOf(names, j), Share(found[j], invented[j]), Share(found[j], missed[j]),
                Share(2 * found[j], invented[j] + missed[j]), area);
        }
        return new MultiLabelClassificationMetrics(labels)
        {
            SubsetAccuracy = (double)allRight / rows,
            HammingLoss = (invented.Sum() + missed.Sum()) / ((double)rows * count),
            MicroF1Score = Share(2 * found.Sum(), invented.Sum() + missed.Sum()),
        };
    }

    private static double Share(long part, long rest) => part == 0 ? 0 : (double)part / (part + rest);
}
