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
        Shift(scores, gradient, losses);
        Elementwise.Map(new Exponential.ExpFunction(), gradient.Values, gradient.Values);
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> z = scores.Row(row), t = targets.Row(row);
            var dz = gradient.Row(row);
            var loss = losses[row] + Math.Log(Normalize(dz));
            if (t.Length == 1)
            {
                var k = (int)t[0];
                if (k != t[0] || (uint)k >= (uint)z.Length) throw new ArgumentException($"The class of row {row} is {t[0]}; allowed are 0 to {z.Length - 1}.", nameof(targets));
                loss -= z[k];
                dz[k] -= 1;
            }
            else
            {
                for (var k = 0; k < z.Length; k++) loss -= t[k] * (double)z[k];
                TensorPrimitives.Subtract(dz, t, dz);
            }
            losses[row] = (Real)loss;
        }
    }

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        Shift(scores, scores, []);
        Elementwise.Map(new Exponential.ExpFunction(), scores.Values, scores.Values);
        for (var row = 0; row < scores.Rows; row++) Normalize(scores.Row(row));
    }

    // Subtracts each row's largest score, so that the exponential cannot overflow.
    private static void Shift(ReadOnlyMatrix scores, Matrix shifted, Span<Real> largest)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var z = scores.Row(row);
            var to = shifted.Row(row);
            var max = z[0];
            if (z.Length < ShortRow)
            {
                for (var k = 1; k < z.Length; k++) max = Real.Max(max, z[k]);
                for (var k = 0; k < z.Length; k++) to[k] = z[k] - max;
            }
            else
            {
                max = TensorPrimitives.Max(z);
                TensorPrimitives.Subtract(z, max, to);
            }
            if (!largest.IsEmpty) largest[row] = max;
        }
    }

    // Divides by the sum, and returns it. In double and in order: the same for every width of vector.
    private static double Normalize(Span<Real> row)
    {
        double sum = 0;
        foreach (var e in row) sum += e;
        var divisor = (Real)sum;
        if (row.Length >= ShortRow) TensorPrimitives.Divide(row, divisor, row);
        else
            for (var k = 0; k < row.Length; k++) row[k] /= divisor;
        return sum;
    }

    // Below this, calling a vector operation takes longer than a loop.
    private const int ShortRow = 16;
}
