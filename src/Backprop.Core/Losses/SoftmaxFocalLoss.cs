using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With p = softmax(z)ₖ, the predicted probability of the class k of the row: L = −(1 − p)^γ·log p; ∂L/∂zⱼ = (1 − p)^γ·(γ·p·log
/// p/(1 − p) − 1)·(1[j = k] − softmax(z)ⱼ). Rows that are already right count little. The prediction is the probability of each
/// class.</summary>
/// <remarks>
/// Lin, Goyal, Girshick, He and Dollár (2017), "Focal loss for dense object detection", for several classes as in Keras's
/// CategoricalFocalCrossentropy, without its factor α; PyTorch has none. With γ = 0 it is <see cref="SoftmaxCrossEntropy"/>. Targets are
/// one column with the class (0, 1, …). In nats. Predicted probabilities are underconfident.
/// </remarks>
public sealed record SoftmaxFocalLoss : RowLoss
{
    /// <summary>γ: the larger it is, the less a row counts that is already right.</summary>
    /// <value>2; ≥ 0 and finite.</value>
    public double Gamma
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 2;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Class;

    /// <inheritdoc/>
    public override bool HasLogits => true;

    /// <inheritdoc/>
    public override bool FitsTargets(int outputs, int targetColumns) => targetColumns == 1;

    /// <inheritdoc/>
    public override string AllowedTargets => "one class, a whole number from 0 to the number of classes − 1";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => Classes.IsClass(targets[0], outputs);

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
                var k = Classes.Index(targets.Row(row)[0], scores.Columns, row);
                losses[row] = Focus(losses[row] + ((double)largest[i] - scores.Row(row)[k]), gradient.Row(row), k);
            }
        }
    }

    internal override LossLink Link => LossLink.Softmax;

    internal override MemberAverage Averaging => MemberAverage.Softmax;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Softmax.OfRows(scores, scores);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfClasses(scores, averages);

    // Replaces the probabilities by the gradient. Returns the loss, computed from the cross-entropy −log p.
    private Real Focus(double crossEntropy, Span<Real> probabilities, int k)
    {
        double p = probabilities[k], others = 0;
        for (var j = 0; j < probabilities.Length; j++) others += j == k ? 0 : probabilities[j];
        probabilities[k] = (Real)(-others);

        // Where p is nearly 1, −log(1 − others) has more digits than −log p. Its ratio to the others tends to 1.
        if (others < 0.5) crossEntropy = -Math.Log(1 - others);
        double weight = Math.Pow(others, Gamma), ratio = others > 1e-8 ? crossEntropy / others : 1;
        var factor = (Real)(weight * (1 + Gamma * p * ratio));
        foreach (ref var value in probabilities) value *= factor;
        return (Real)(weight * crossEntropy);
    }

    // The largest scores are kept for this number of rows at a time.
    private const int RowsAtOnce = 64;
}
