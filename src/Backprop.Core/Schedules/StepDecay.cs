using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>γ^⌊e/E⌋: the value falls by a factor every E epochs.</summary>
/// <remarks>As PyTorch's StepLR.</remarks>
public sealed record StepDecay : Schedule
{
    /// <summary>E: epochs between two falls.</summary>
    /// <value>30; at least 1.</value>
    public int EpochsPerStep
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 30;

    /// <summary>γ: the factor of each fall.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => Math.Pow(Factor, moment.Epoch / EpochsPerStep);
}
