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
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> z = scores.Row(row), t = targets.Row(row);
            var dz = gradient.Row(row);
            var loss = Softmax(z, dz);
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
        for (var row = 0; row < scores.Rows; row++) Softmax(scores.Row(row), scores.Row(row));
    }

    // Writes softmax(z) and returns log Σ e^z. Subtracting the largest score first keeps the exponential from overflowing.
    private static double Softmax(ReadOnlySpan<Real> z, Span<Real> probabilities)
    {
        var max = TensorPrimitives.Max(z);
        TensorPrimitives.Subtract(z, max, probabilities);
        TensorPrimitives.Exp(probabilities, probabilities);
        double sum = 0;
        foreach (var e in probabilities) sum += e;
        TensorPrimitives.Divide(probabilities, (Real)sum, probabilities);
        return max + Math.Log(sum);
    }
}
