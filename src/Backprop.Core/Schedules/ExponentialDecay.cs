using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>γ^e: the value falls by the same factor in every epoch, step by step, or all at once at its end.</summary>
/// <remarks>As PyTorch's ExponentialLR, with <see cref="Staircase"/>; as Keras's, without.</remarks>
public sealed record ExponentialDecay : Schedule
{
    /// <summary>γ: the factor of each epoch.</summary>
    /// <value>0.95; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.95;

    /// <summary>Whether the value stays the same within an epoch.</summary>
    /// <value>False.</value>
    public bool Staircase { get; init; }

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => Math.Pow(Factor, Staircase ? moment.Epoch : moment.ExactEpoch);
}
