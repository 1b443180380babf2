using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With s = 2·y − 1: L = max(0, 1 − s·z), averaged over the outputs; ∂L/∂z = −s where s·z &lt; 1, otherwise 0. The score is the
/// margin of a support vector machine.</summary>
/// <remarks>
/// Cortes and Vapnik (1995), "Support-vector networks"; as Keras's Hinge (PyTorch's HingeEmbeddingLoss is a different loss). Targets are 0
/// or 1. The prediction is σ(z): it grows with the score and is ½ at 0. It does not estimate a probability, because the best score under
/// this loss depends only on which class is more likely. If you need probabilities, calibrate the score or use <see cref="LogisticLoss"/>.
/// </remarks>
public sealed record HingeLoss : RowLoss
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

    internal override LossLink Link => LossLink.Logistic;

    internal override MemberAverage Averaging => MemberAverage.Logit;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => Logistic.Predict(scores);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfLogits(scores, averages);

    private readonly struct Value : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), zero = TLanes.Broadcast(0), lacking = one - (y + y - one) * z;
            return TLanes.SelectLess(lacking, zero, zero, lacking);
        }
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), sign = y + y - one;
            return TLanes.SelectLess(sign * z, one, TLanes.Broadcast(0) - sign, TLanes.Broadcast(0));
        }
    }
}
