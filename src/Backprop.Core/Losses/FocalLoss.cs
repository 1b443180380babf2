using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With s = 2·y − 1 and p = σ(s·z), the predicted probability of the true class: L = −w·(1 − p)^γ·log p, averaged over the
/// outputs; ∂L/∂z = s·w·(1 − p)^γ·(γ·p·log p + p − 1). Rows that are already right count little. The prediction is σ(z).</summary>
/// <remarks>
/// Lin, Goyal, Girshick, He and Dollár (2017), "Focal loss for dense object detection". γ = 2 and α = 0.25 are the defaults of the paper,
/// of Keras and of torchvision. With γ = 0 it is <see cref="LogisticLoss"/> times w. Targets are 0 or 1. In nats. Predicted probabilities
/// are underconfident.
/// </remarks>
public sealed record FocalLoss : RowLoss
{
    /// <summary>γ: the larger it is, the less a row counts that is already right.</summary>
    /// <value>2; ≥ 0 and finite.</value>
    public double Gamma
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 2;

    /// <summary>α: the w of rows with target 1; that of target 0 is 1 − α. Null makes w = 1 for both.</summary>
    /// <value>0.25; above 0 and below 1, or null.</value>
    public double? Alpha
    {
        get;
        init =>
            field = value is null or (> 0 and < 1)
                ? value
                : throw ValueRange.Refusal(nameof(Alpha), value, "must be above 0 and below 1, or null");
    } = 0.25;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Binary;

    /// <inheritdoc/>
    public override bool HasLogits => true;

    /// <inheritdoc/>
    public override string AllowedTargets => "0 or 1";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => !targets.ContainsAnyExcept(0, 1);

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        Real gamma = (Real)Gamma, no = (Real)(1 - Alpha ?? 1), yes = (Real)(Alpha ?? 1);
        MeanOverOutputs.Evaluate(new Value(gamma, no, yes), new Derivative(gamma, no, yes), scores, targets, losses, gradient);
    }

    internal override LossLink Link => LossLink.Logistic;

    internal override MemberAverage Averaging => MemberAverage.Logit;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Logistic.Predict(scores);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfLogits(scores, averages);

    private readonly struct Value(Real gamma, Real no, Real yes) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            var logit = (y + y - TLanes.Broadcast(1)) * z;
            return Weight(logit, y, gamma, no, yes) * Logistic.Softplus(TLanes.Broadcast(0) - logit);
        }
    }

    private readonly struct Derivative(Real gamma, Real no, Real yes) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), sign = y + y - TLanes.Broadcast(1), logit = sign * z, away = zero - logit;
            var steepness = TLanes.Broadcast(gamma) * Exponential.Sigmoid(logit) * Logistic.Softplus(away) + Exponential.Sigmoid(away);
            return zero - sign * Weight(logit, y, gamma, no, yes) * steepness;
        }
    }

    // w·(1 − p)^γ, where log(1 − p) = −log(1 + eˣ) of the logit x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Weight<TLanes>(TLanes logit, TLanes y, Real gamma, Real no, Real yes) where TLanes : struct, ILanes<TLanes>
    {
        var weight = TLanes.SelectLess(TLanes.Broadcast(0), y, TLanes.Broadcast(yes), TLanes.Broadcast(no));
        return weight * Exponential.Exp(TLanes.Broadcast(-gamma) * Logistic.Softplus(logit));
    }
}
