using System.Numerics.Tensors;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = log Σₖ e^zₖ − Σₖ tₖ·zₖ; ∂L/∂z = softmax(z) − t. One score per class; the prediction is the probability of each class.</summary>
/// <remarks>
/// Bishop (2006), "Pattern Recognition and Machine Learning", eq. 4.108–4.109. Targets are one column with the class (0, 1, …), or one
/// column per class with its probability t, as in PyTorch's CrossEntropyLoss. In nats.
/// </remarks>
public sealed record SoftmaxCrossEntropy : Loss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Class;

    /// <inheritdoc/>
    public override bool FitsTargets(int outputs, int targetColumns) => targetColumns == 1 || targetColumns == outputs;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A class is not a whole number from 0 to outputs − 1.</exception>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        Span<Real> room = stackalloc Real[RowsAtOnce];
        for (var first = 0; first < scores.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, scores.Rows - first);
            var largest = room[..count];
            Softmax.OfRows(scores.RowRange(first, count), gradient.RowRange(first, count), largest, losses.Slice(first, count));
            for (var i = 0; i < count; i++)
            {
                var row = first + i;
                losses[row] += (Real)CompareWithTarget(scores.Row(row), targets.Row(row), gradient.Row(row), largest[i], row);
            }
        }
    }

    // Of the loss, what depends on the target: max z − Σ t·z. Makes the slope of the probabilities.
    private static double CompareWithTarget(ReadOnlySpan<Real> z, ReadOnlySpan<Real> targets, Span<Real> p, double largest, int row)
    {
        if (targets.Length == 1)
        {
            var k = (int)targets[0];
            if (k != targets[0] || (uint)k >= (uint)z.Length) throw new ArgumentException($"The class of row {row} is {targets[0]}; allowed are 0 to {z.Length - 1}.", nameof(targets));
            p[k] -= 1;
            return largest - z[k];
        }
        for (var k = 0; k < z.Length; k++) largest -= targets[k] * (double)z[k];
        TensorPrimitives.Subtract(p, targets, p);
        return largest;
    }

    // So many rows' largest scores are kept at a time.
    private const int RowsAtOnce = 64;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Softmax.OfRows(scores, scores);
}
