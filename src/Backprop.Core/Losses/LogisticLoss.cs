using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Binary cross-entropy from the logit z: L = max(z, 0) − z·t + log(1 + e^−|z|) with t = (1 − ε)·y + ε/2, averaged over the
/// outputs; ∂L/∂z = σ(z) − t. The prediction is the probability σ(z).</summary>
/// <remarks>
/// −t·log σ(z) − (1 − t)·log(1 − σ(z)), written so that nothing overflows: Bishop (2006), "Pattern Recognition and Machine Learning",
/// eq. 4.90–4.91. As PyTorch's BCEWithLogitsLoss. Targets are 0 or 1, or a probability between. In nats.
/// A predicted probability is never rounded to 0 or to 1. So its logarithm is finite on both sides, like that of the logistic function.
/// </remarks>
public sealed record LogisticLoss : RowLoss
{
    /// <summary>ε: how far a target is moved towards ½, so that finite logits minimize the loss.</summary>
    /// <value>0; from 0 up to, but not including, 1.</value>
    /// <remarks>Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2016), "Rethinking the Inception architecture for computer vision", §7, for
    /// two classes.</remarks>
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
    public override TargetKind TargetKind => TargetKind.Binary;

    /// <inheritdoc/>
    public override bool HasLogits => true;

    /// <inheritdoc/>
    public override string AllowedTargets => "values from 0 to 1";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => !targets.ContainsAnyExceptInRange(0, 1);

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        Real kept = (Real)(1 - LabelSmoothing), added = (Real)(LabelSmoothing / 2);
        MeanOverOutputs.Evaluate(new Value(kept, added), new Derivative(kept, added), scores, targets, losses, gradient);
    }

    internal override LossLink Link => LossLink.Logistic;

    internal override MemberAverage Averaging => MemberAverage.Logit;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Logistic.Predict(scores);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfLogits(scores, averages);

    private readonly struct Value(Real kept, Real added) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), t = TLanes.Broadcast(kept) * y + TLanes.Broadcast(added);
            return TLanes.SelectLess(z, zero, zero, z) - z * t + Logarithm.LogOnePlus(Exponential.Exp(zero - TLanes.Abs(z)));
        }
    }

    private readonly struct Derivative(Real kept, Real added) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> =>
            Exponential.Sigmoid(z) - (TLanes.Broadcast(kept) * y + TLanes.Broadcast(added));
    }
}
