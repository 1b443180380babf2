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
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(EpochsPerStep), value, "must be at least 1");
    } = 30;

    /// <summary>γ: what is left after a fall.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = Share(value, nameof(Factor));
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => Math.Pow(Factor, moment.Epoch / EpochsPerStep);
}
