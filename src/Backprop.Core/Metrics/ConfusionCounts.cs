using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How many rows of each true class have each predicted class.</summary>
public sealed class ConfusionCounts
{
    // Only pairs that occur, because there may be many classes.
    private readonly Dictionary<(int True, int Predicted), int> _counts = [];
    private readonly int[] _trueRows, _predictedRows;

    private ConfusionCounts(IReadOnlyList<string> classes) =>
        (Classes, _trueRows, _predictedRows) = (classes, new int[classes.Count], new int[classes.Count]);

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => _trueRows.Sum();

    /// <summary>Number of rows of a true class that have a predicted class.</summary>
    /// <param name="trueClass">The index of the true class.</param>
    /// <param name="predictedClass">The index of the predicted class.</param>
    public int this[int trueClass, int predictedClass] => _counts.GetValueOrDefault((trueClass, predictedClass));

    /// <summary>Number of rows of a true class.</summary>
    /// <param name="trueClass">The index of the class.</param>
    public int TrueRows(int trueClass) => _trueRows[trueClass];

    /// <summary>Number of rows that have a predicted class.</summary>
    /// <param name="predictedClass">The index of the class.</param>
    public int PredictedRows(int predictedClass) => _predictedRows[predictedClass];

    /// <summary>The share of rows of a class that are predicted right; NaN for a class without rows.</summary>
    /// <param name="trueClass">The index of the class.</param>
    public double Recall(int trueClass) => (double)this[trueClass, trueClass] / TrueRows(trueClass);

    /// <summary>The share of rows with this predicted class that are of this class; NaN for a class that is never predicted.</summary>
    /// <param name="predictedClass">The index of the class.</param>
    public double Precision(int predictedClass) =>
        (double)this[predictedClass, predictedClass] / PredictedRows(predictedClass);

    /// <summary>The pairs of different classes that occur, the most frequent first. Equal counts are in the order of the classes.</summary>
    public IReadOnlyList<(int TrueClass, int PredictedClass, int Rows)> Mistakes =>
    [
        .. from count in _counts
           where count.Key.True != count.Key.Predicted
           orderby count.Value descending, count.Key.True, count.Key.Predicted
           select (count.Key.True, count.Key.Predicted, count.Value),
    ];

    /// <summary>Counts the rows of several classes. The predicted class is the one with the largest score.</summary>
    /// <param name="scores">[rows × classes]</param>
    /// <param name="targets">[rows × 1]: the index of the class.</param>
    /// <param name="classes">[classes]: their names.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a class is out of range.</exception>
    public static ConfusionCounts OfClasses(ReadOnlyMatrix scores, ReadOnlyMatrix targets, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        CheckShapes(scores, targets, classes.Count);
        var confusion = new ConfusionCounts(classes);
        for (var row = 0; row < targets.Rows; row++)
        {
            var target = targets.Row(row)[0];
            if (!(target >= 0 && target < classes.Count) || target != (int)target)
                throw new ArgumentException(
                    $"Row {row} has the class index {target}; allowed are integers from 0 to {classes.Count - 1}.", nameof(targets));
            confusion.Add((int)target, Metric.Largest(scores.Row(row)), rows: 1);
        }
        return confusion;
    }

    /// <summary>Counts the rows of two classes, "false" and "true". The predicted class is true if the score is above 0.</summary>
    /// <param name="scores">[rows × 1]</param>
    /// <param name="targets">[rows × 1]: above 0.5 for true.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static ConfusionCounts OfDecisions(ReadOnlyMatrix scores, ReadOnlyMatrix targets)
    {
        CheckShapes(scores, targets, outputs: 1);
        var counts = DecisionCounts.Of(scores, targets, []);
        var confusion = new ConfusionCounts(["false", "true"]);
        confusion.Add(0, 0, (int)counts.TrueNegatives);
        confusion.Add(0, 1, (int)counts.FalsePositives);
        confusion.Add(1, 0, (int)counts.FalseNegatives);
        confusion.Add(1, 1, (int)counts.TruePositives);
        return confusion;
    }

    private void Add(int trueClass, int predictedClass, int rows)
    {
        if (rows == 0) return;
        _counts[(trueClass, predictedClass)] = this[trueClass, predictedClass] + rows;
        _trueRows[trueClass] += rows;
        _predictedRows[predictedClass] += rows;
    }

    private static void CheckShapes(ReadOnlyMatrix scores, ReadOnlyMatrix targets, int outputs)
    {
        if (scores.Rows != targets.Rows || targets.Columns != 1 || scores.Columns != outputs)
            throw new ArgumentException(
                $"{scores.Rows} × {scores.Columns} scores do not fit {targets.Rows} × {targets.Columns} targets and {outputs} outputs.",
                nameof(scores));
    }
}
