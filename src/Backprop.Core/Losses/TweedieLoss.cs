using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>With the power p: L = e^((2−p)·z)/(2 − p) − y·e^((1−p)·z)/(1 − p), averaged over the outputs; ∂L/∂z = e^((2−p)·z) −
/// y·e^((1−p)·z). For amounts that are often exactly 0, such as the claims of a year: the prediction is the mean eᶻ.</summary>
/// <remarks>
/// Compound Poisson–gamma: half the deviance without the terms that do not depend on z. Jørgensen (1987), "Exponential dispersion models";
/// p = 1.5 is also H2O's default. PyTorch has none. Targets are ≥ 0. Predictions stay between e⁻³⁰ and e³⁰; each term continues as a
/// straight line where it would overflow.
/// </remarks>
public sealed record TweedieLoss : RowLoss
{
    /// <summary>p: the variance grows with the mean to this power. Towards 1 targets are like counts, towards 2 like gamma-distributed
    /// amounts.</summary>
    /// <value>1.5; above 1 and below 2.</value>
    public double Power
    {
        get;
        init =>
            field = value is > 1 and < 2
                ? value
                : throw ValueRange.Refusal(nameof(Power), value, "must be above 1 and below 2");
    } = 1.5;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override string AllowedTargets => "values ≥ 0";

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => !targets.ContainsAnyExceptInRange(0, Real.MaxValue);

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        Real rising = (Real)(2 - Power), falling = (Real)(1 - Power);
        MeanOverOutputs.Evaluate(new Value(rising, falling), new Derivative(rising, falling), scores, targets, losses, gradient);
    }

    internal override LossLink Link => LossLink.Exponential;

    internal override MemberAverage Averaging => MemberAverage.Logarithm;

    /// <inheritdoc/>
    public override void Predict(Matrix scores) => ExponentialLink.Predict(scores.Values);

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfLogarithms(scores, averages);

    private readonly struct Value(Real rising, Real falling) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes>
        {
            TLanes low = ExponentialLink.AtMost(z), high = ExponentialLink.AtLeast(z);
            var mean = Exponential.Exp(TLanes.Broadcast(rising) * low) * (TLanes.Broadcast(1 / rising) + (z - low));
            return mean - y * Exponential.Exp(TLanes.Broadcast(falling) * high) * (TLanes.Broadcast(1 / falling) + (z - high));
        }
    }

    private readonly struct Derivative(Real rising, Real falling) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> =>
            Exponential.Exp(TLanes.Broadcast(rising) * ExponentialLink.AtMost(z)) - y * Exponential.Exp(
                TLanes.Broadcast(falling) * ExponentialLink.AtLeast(z));
    }
}
