using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>½·(1 − cos(2π·log₂(1 + (2ⁿ − 1)·t))) over the share t of all steps: n cycles, each twice as long as the one before, that begin
/// and end at 0.</summary>
/// <remarks>Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491: coslog₄.</remarks>
public sealed record CosineLogarithmicSchedule : Schedule
{
    /// <summary>n: how many cycles.</summary>
    /// <value>4; from 1 to 30.</value>
    public int Cycles
    {
        get;
        init =>
            field = value is >= 1 and <= 30 ? value : throw ValueRange.Refusal(nameof(Cycles), value, "must be from 1 to 30");
    } = 4;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => (1 - Math.Cos(2 * Math.PI * ExactCycle(moment))) / 2;

    /// <inheritdoc/>
    public override int CyclesBefore(TrainingMoment moment) => (int)ExactCycle(moment);

    private double ExactCycle(TrainingMoment moment) => Math.Log2(1 + (Math.Pow(2, Cycles) - 1) * moment.Progress);
}
