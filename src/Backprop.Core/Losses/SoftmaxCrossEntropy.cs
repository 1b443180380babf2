using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = log Σₖ e^zₖ − Σₖ tₖ·zₖ; ∂L/∂z = softmax(z) − t. One score per class; the prediction is the probability of each
/// class.</summary>
/// <remarks>
/// Bishop (2006), "Pattern Recognition and Machine Learning", eq. 4.108–4.109. Targets are one column with the class (0, 1, …), or one
/// column per class with its probability, as in PyTorch's CrossEntropyLoss. t is that probability, or 1 for the class, moved towards 1/K
/// by ε. In nats.
/// </remarks>
public sealed record SoftmaxCrossEntropy : RowLoss
{
    /// <summary>ε: of K classes, t = (1 − ε)·p + ε/K, so that finite scores minimize the loss.</summary>
    /// <value>0; from 0 up to, but not including, 1.</value>
    /// <remarks>Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2016), "Rethinking the Inception architecture for computer vision", §7; as
    /// PyTorch's label_smoothing.</remarks>
    public double LabelSmoothing
    {
        get;
        init =>
            field = value is >= 0 and < 1
                ? value
                : throw ValueRange.Refusal(nameof(LabelSmoothing), value, "must be from 0 up to, but not including, 1");
    }

    /// <inheritdoc/>
    public override Loss WithSmoothingTimes(double factor) => factor == 1 ? this : this with { LabelSmoothing = LabelSmoothing * factor };

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Class;

    /// <inheritdoc/>
    public override bool HasLogits => true;

    /// <inheritdoc/>
    public override bool FitsTargets(int outputs, int targetColumns) => targetColumns == 1 || targetColumns == outputs;

    /// <inheritdoc/>
    public override string AllowedTargets =>
        "one class, a whole number from 0 to the number of classes − 1, or the probability of every class, from 0 to 1";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) =>
        targets.Length == 1 ? Classes.IsClass(targets[0], outputs) : !targets.ContainsAnyExceptInRange(0, 1);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A class is not a whole number from 0 to outputs − 1.</exception>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        var isClass = targets.Columns == 1 && LabelSmoothing == 0;
        Span<Real> room = stackalloc Real[RowsAtOnce];
        for (var first = 0; first < scores.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, scores.Rows - first);
            var largest = room[..count];
            Softmax.OfRows(scores.RowRange(first, count), gradient.RowRange(first, count), largest, losses.Slice(first, count));
            for (var i = 0; i < count; i++)
            {
                var row = first + i;
                losses[row] += (Real)(isClass
                    ? CompareWithClass(scores.Row(row), targets.Row(row)[0], gradient.Row(row), largest[i], row)
                    : CompareWithShares(scores.Row(row), targets.Row(row), gradient.Row(row), largest[i], row));
            }
        }
    }

    // Returns the part of the loss that depends on the target: max z − z of the class. Replaces the probabilities by the gradient.
    private static double CompareWithClass(ReadOnlySpan<Real> z, Real target, Span<Real> p, double largest, int row)
    {
        var k = (int)target;
        if (k != target || (uint)k >= (uint)z.Length) Classes.Refuse(target, z.Length, row);
        p[k] -= 1;
        return largest - z[k];
    }

    // The same where no t is 1: max z − Σ t·z.
    private double CompareWithShares(ReadOnlySpan<Real> z, ReadOnlySpan<Real> targets, Span<Real> p, double largest, int row)
    {
        double kept = 1 - LabelSmoothing, added = LabelSmoothing / z.Length, rest = 0;
        var only = targets.Length == 1 ? Classes.Index(targets[0], z.Length, row) : -1;
        for (var k = 0; k < z.Length; k++)
        {
            var t = (Real)(kept * (targets.Length == 1 ? (k == only ? 1 : 0) : targets[k]) + added);
            rest += t * (double)z[k];
            p[k] -= t;
        }
        return largest - rest;
    }

    // The largest scores are kept for this number of rows at a time.
    private const int RowsAtOnce = 64;

    internal override LossLink Link => LossLink.Softmax;

    internal override MemberAverage Averaging => MemberAverage.Softmax;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Softmax.OfRows(scores, scores);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfClasses(scores, averages);
}
