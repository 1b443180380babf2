using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With s = 2·y − 1: L = max(0, 1 − s·z)², averaged over the outputs; ∂L/∂z = −2·s·max(0, 1 − s·z).</summary>
/// <remarks>
/// As Keras's SquaredHinge; PyTorch has none for two classes. Targets are 0 or 1. The best score is 2·P(yes) − 1, so the prediction is the
/// probability (1 + z)/2, with z clipped to [−1, 1]. The probability is never rounded to 0 or to 1. Source: Zhang (2004), "Statistical
/// behavior and consistency of classification methods based on convex risk minimization", §2.
/// </remarks>
public sealed record SquaredHingeLoss : RowLoss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Binary;

    /// <inheritdoc/>
    public override string AllowedTargets => "0 or 1";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => !targets.ContainsAnyExcept(0, 1);

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        MeanOverOutputs.Evaluate(new Value(), new Derivative(), scores, targets, losses, gradient);

    internal override LossLink Link => LossLink.Margin;

    internal override MemberAverage Averaging => MemberAverage.Margin;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        Elementwise.Map(new MarginLink(), scores.Values, scores.Values);
        Logistic.KeepInside(scores);
    }

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfMargins(scores, averages);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Lacking<TLanes>(TLanes z, TLanes sign) where TLanes : struct, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0), lacking = TLanes.Broadcast(1) - sign * z;
        return TLanes.SelectLess(lacking, zero, zero, lacking);
    }

    private readonly struct Value : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            var lacking = Lacking(z, y + y - TLanes.Broadcast(1));
            return lacking * lacking;
        }
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            var sign = y + y - TLanes.Broadcast(1);
            return TLanes.Broadcast(-2) * sign * Lacking(z, sign);
        }
    }

    private readonly struct MarginLink : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z) where TLanes : struct, ILanes<TLanes>
        {
            var half = TLanes.Broadcast((Real)0.5);
            return half + half * z;
        }
    }
}
