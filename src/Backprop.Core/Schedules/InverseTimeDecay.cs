using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>1 / (1 + d·e).</summary>
/// <remarks>Robbins and Monro (1951), "A stochastic approximation method": the steps have an infinite sum and a finite sum of squares. As
/// Keras's InverseTimeDecay, by epochs.</remarks>
public sealed record InverseTimeDecay : Schedule
{
    /// <summary>d: how much an epoch adds to the divisor.</summary>
    /// <value>0.1; ≥ 0 and finite.</value>
    public double Decay
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => 1 / (1 + Decay * moment.ExactEpoch);
}
