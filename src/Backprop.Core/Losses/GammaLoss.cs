using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = z + y·e⁻ᶻ, averaged over the outputs; ∂L/∂z = 1 − y·e⁻ᶻ. For positive targets whose spread grows with their size: the
/// prediction is the mean eᶻ.</summary>
/// <remarks>
/// The negative log-likelihood of a gamma distribution, divided by its shape, without the terms that do not depend on z. So a good loss may
/// be negative. McCullagh and Nelder (1989), "Generalized Linear Models", ch. 8. PyTorch has none; scikit-learn's GammaRegressor reports
/// the half deviance, which differs by −log y − 1. Targets are &gt; 0. Predictions stay between e⁻³⁰ and e³⁰; below z = −30 the loss is a
/// straight line.
/// </remarks>
public sealed record GammaLoss : RowLoss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override string AllowedTargets => "values > 0";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) =>
        !targets.ContainsAnyExceptInRange(Real.Epsilon, Real.MaxValue);

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        MeanOverOutputs.Evaluate(new Value(), new Derivative(), scores, targets, losses, gradient);

    internal override LossLink Link => LossLink.Exponential;

    internal override MemberAverage Averaging => MemberAverage.Logarithm;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => ExponentialLink.Predict(scores.Values);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfLogarithms(scores, averages);

    private readonly struct Value : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            var high = ExponentialLink.AtLeast(z);
            return z + y * Exponential.Exp(TLanes.Broadcast(0) - high) * (TLanes.Broadcast(1) - (z - high));
        }
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(1) - y * Exponential.Exp(TLanes.Broadcast(0) - ExponentialLink.AtLeast(z));
    }
}
