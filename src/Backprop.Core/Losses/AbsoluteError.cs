using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = (1/T)·Σ |z − y| over the T outputs; ∂L/∂z = sign(z − y)/T, 0 at a tie. The prediction is the score, and tends to the
/// median.</summary>
/// <remarks>As PyTorch's L1Loss. Koenker and Bassett (1978), "Regression quantiles", at the quantile ½. Outliers pull no harder than their
/// neighbours.</remarks>
public sealed record AbsoluteError : RowLoss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        MeanOverOutputs.Evaluate(new Value(), new Derivative(), scores, targets, losses, gradient);

    internal override LossLink Link => LossLink.Identity;

    internal override MemberAverage Averaging => MemberAverage.Mean;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
    }

    private readonly struct Value : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> => TLanes.Abs(z - y);
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), above = TLanes.SelectLess(y, z, TLanes.Broadcast(1), zero);
            return TLanes.SelectLess(z, y, TLanes.Broadcast(-1), above);
        }
    }
}
