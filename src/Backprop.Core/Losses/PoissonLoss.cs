using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>L = eᶻ − y·z, averaged over the outputs; ∂L/∂z = eᶻ − y. For counts: the prediction is the expected count eᶻ.</summary>
/// <remarks>
/// The negative log-likelihood of a Poisson distribution without its constant log y!, so a good loss may be negative. As PyTorch's
/// PoissonNLLLoss; scikit-learn reports the half deviance, which differs by y·log y − y. Targets are ≥ 0. Predictions stay between e⁻³⁰
/// and e³⁰; from z = 30 on the loss is a straight line.
/// </remarks>
public sealed record PoissonLoss : RowLoss
{
    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override string AllowedTargets => "values ≥ 0";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => !targets.ContainsAnyExceptInRange(0, Real.MaxValue);

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
            var low = ExponentialLink.AtMost(z);
            return Exponential.Exp(low) * (TLanes.Broadcast(1) + (z - low)) - y * z;
        }
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> =>
            Exponential.Exp(ExponentialLink.AtMost(z)) - y;
    }
}
