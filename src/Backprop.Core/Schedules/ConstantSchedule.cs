namespace Backprop.Schedules;

/// <summary>1 at all times.</summary>
/// <remarks>What training does where no schedule is given.</remarks>
public sealed record ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => 1;
}
