using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>Checks a loss: the slopes of single rows, of the mean, and of the weighted mean, and that nothing is left unassigned.</summary>
internal static class LossCheck
{
    /// <summary>Throws <see cref="GradientMismatchException"/> where a gradient is not the derivative of the loss.</summary>
    public static void Verify(Loss loss, double[] scores, int outputs, double[] targets)
    {
        var rows = scores.Length / outputs;
        if (loss is GroupLoss)
        {
            // All rows are one group, so they have the same weight.
            VerifyMean("gradient of the group", loss, scores, outputs, targets, []);
            VerifyMean("gradient of the weighted group", loss, scores, outputs, targets, [.. Enumerable.Repeat(0.3, rows)]);
            return;
        }
        var weights = TestPoints.Positive(rows, seed: 11);
        VerifyRows(loss, scores, outputs, targets, weights);
        VerifyMean("gradient of the mean", loss, scores, outputs, targets, []);
        VerifyMean("gradient of the weighted mean", loss, scores, outputs, targets, weights);
    }

    private static void VerifyRows(Loss loss, double[] scores, int outputs, double[] targets, double[] weights)
    {
        var rows = weights.Length;
        var losses = TestPoints.Unassigned(rows);
        var gradient = TestPoints.Unassigned(scores.Length);

        // A different factor for each row shows when one row's score leaks into another row's loss.
        double Sum()
        {
            Array.Fill(losses, double.NaN);
            loss.EvaluateRows(
                new ReadOnlyMatrix(scores, rows, outputs), new ReadOnlyMatrix(targets, rows, targets.Length / rows),
                losses, new Matrix(gradient, rows, outputs));
            return losses.Zip(weights, (l, w) => l * w).Sum();
        }

        Sum();
        var claimed = gradient.Select((slope, i) => slope * weights[i / outputs]).ToArray();
        CentralDifferences.Compare("gradient of the rows", Sum, scores, claimed);
    }

    private static void VerifyMean(string what, Loss loss, double[] scores, int outputs, double[] targets, double[] weights)
    {
        var rows = scores.Length / outputs;
        var gradient = TestPoints.Unassigned(scores.Length);

        double Mean() => loss.Evaluate(
            new ReadOnlyMatrix(scores, rows, outputs), new ReadOnlyMatrix(targets, rows, targets.Length / rows),
            weights, new Matrix(gradient, rows, outputs));

        Mean();
        CentralDifferences.Compare(what, Mean, scores, gradient.ToArray());
    }
}
