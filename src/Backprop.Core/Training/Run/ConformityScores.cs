using System.Numerics.Tensors;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Training;

/// <summary>Measures how badly predictions fit held-out rows, for intervals and sets (<see cref="ConformalCalibration"/>).</summary>
internal static class ConformityScores
{
    // A link function, a logarithm of rows for the sort, and some comparisons.
    private const long WorkOfTarget = 32;

    /// <summary>Calibrates on the held-out rows that have all targets.</summary>
    /// <param name="loss">The loss of the predictions.</param>
    /// <param name="coverage">The nominal coverage.</param>
    /// <param name="predictions">[rows × outputs]: of the member that was not trained on the row, or of the whole network.</param>
    /// <param name="held">The rows.</param>
    /// <param name="members">Number of members that hold out rows; 1 for the whole network.</param>
    /// <param name="work">Counts the work.</param>
    public static ConformalCalibration Calibrate(
        Loss loss, double coverage, ReadOnlyMatrix predictions, ExampleSet held, int members, WorkMeter work)
    {
        var targets = loss.ConformityScoresOf(predictions.Columns);
        var rows = CompleteRows(held.Targets);
        var scores = new Real[checked(rows.Length * targets)];
        var folds = new int[held.Folds.IsEmpty ? 0 : rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            Measure(loss, predictions.Row(rows[i]), held.Targets.Row(rows[i]), scores.AsSpan(i * targets, targets));
            if (folds.Length > 0) folds[i] = held.Folds[rows[i]];
            work.Add(WorkOfTarget * targets);
        }
        return ConformalCalibration.Of(coverage, new ReadOnlyMatrix(scores, rows.Length, targets), members, folds);
    }

    /// <summary>The rows without a missing target (NaN).</summary>
    public static int[] CompleteRows(ReadOnlyMatrix targets)
    {
        var rows = new List<int>(targets.Rows);
        for (var row = 0; row < targets.Rows; row++)
            if (!TensorPrimitives.IsNaNAny(targets.Row(row))) rows.Add(row);
        return [.. rows];
    }

    private static void Measure(Loss loss, ReadOnlySpan<Real> predictions, ReadOnlySpan<Real> y, Span<Real> scores)
    {
        var each = predictions.Length / scores.Length;
        for (var target = 0; target < scores.Length; target++)
        {
            var own = predictions.Slice(target * each, each);
            scores[target] = (Real)(loss.TargetKind switch
            {
                TargetKind.Real => loss.OfTarget(target).BoundsOf(own).ScoreOf(y[target]),
                TargetKind.Binary => y[target] > 0.5 ? 1.0 - own[0] : own[0],
                _ => 1.0 - own[ClassOf(y)],
            });
            // No interval contains a row without a prediction, such as one whose huge feature overflows.
            if (Real.IsNaN(scores[target])) scores[target] = Real.PositiveInfinity;
        }
    }

    // A target is a class, or the probabilities of all classes.
    private static int ClassOf(ReadOnlySpan<Real> y)
    {
        if (y.Length == 1) return (int)y[0];
        var largest = 0;
        for (var k = 1; k < y.Length; k++)
            if (y[k] > y[largest]) largest = k;
        return largest;
    }
}
