using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With r = z − y: L = ½·r² where |r| ≤ δ, otherwise δ·(|r| − ½·δ), averaged over the outputs; ∂L/∂z = r, kept between −δ and δ.
/// The prediction is the score.</summary>
/// <remarks>
/// Squared error near the target, absolute error far from it: Huber (1964), "Robust estimation of a location parameter". As PyTorch's
/// HuberLoss. Both have the factor ½ that <see cref="SquaredError"/> does not have.
/// </remarks>
public sealed record HuberLoss : RowLoss
{
    /// <summary>δ: the gradient of larger errors has this constant size. In standard deviations of the target if targets are standardized
    /// for training, otherwise in units of the target.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double Delta
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        MeanOverOutputs.Evaluate(new Value((Real)Delta), new Derivative((Real)Delta), scores, targets, losses, gradient);

    internal override LossLink Link => LossLink.Identity;

    internal override MemberAverage Averaging => MemberAverage.Mean;

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
    }

    private readonly struct Value(Real delta) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes bound = TLanes.Broadcast(delta), half = TLanes.Broadcast((Real)0.5), size = TLanes.Abs(z - y);
            return TLanes.SelectLess(bound, size, bound * (size - half * bound), half * size * size);
        }
    }

    private readonly struct Derivative(Real delta) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes bound = TLanes.Broadcast(delta), error = z - y;
            return TLanes.SelectLess(bound, TLanes.Abs(error), TLanes.CopySign(bound, error), error);
        }
    }
}
