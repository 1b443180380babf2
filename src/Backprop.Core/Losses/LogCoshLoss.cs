using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = log cosh(z − y), averaged over the outputs; ∂L/∂z = tanh(z − y). Like <see cref="HuberLoss"/>, but smooth: ½·r² near the
/// target, |r| − log 2 far from it. The prediction is the score.</summary>
/// <remarks>As Keras's LogCosh; PyTorch has none. By default, targets are standardized for training. The bend is then at about one standard
/// deviation.</remarks>
public sealed record LogCoshLoss : RowLoss
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
        // |r| + log(1 + e^−2|r|) − log 2 cannot overflow, but cancels near zero, where −½·log(1 − tanh² r) keeps its digits.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), size = TLanes.Abs(z - y), tanh = Exponential.Tanh(size);
            var far = size + Logarithm.LogOnePlus(Exponential.Exp(zero - (size + size))) - TLanes.Broadcast((Real)0.69314718055994531);
            var near = TLanes.Broadcast((Real)(-0.5)) * Logarithm.LogOnePlus(zero - tanh * tanh);
            return TLanes.SelectLess(size, TLanes.Broadcast((Real)0.5), near, far);
        }
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> => Exponential.Tanh(z - y);
    }
}
