namespace Backprop.Schedules;

/// <summary>1 at all times.</summary>
/// <remarks>The default where no schedule is set.</remarks>
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => 1;
}
