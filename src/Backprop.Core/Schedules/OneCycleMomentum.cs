using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>The mirror image of <see cref="OneCycleSchedule"/>, for the momentum: it falls along half a cosine while the learning rate
/// rises, and then rises again.</summary>
/// <remarks>Smith and Topin (2018), "Super-convergence", arXiv:1708.07120; as PyTorch's OneCycleLR with <c>cycle_momentum</c>, whose
/// momentum changes from 0.95 to 0.85 and back. Set the momentum of the optimizer to the upper value.</remarks>
public sealed record OneCycleMomentum : Schedule
{
    /// <summary>The share of all steps in which momentum falls; the same share in which the learning rate rises.</summary>
    /// <value>0.3; in (0, 1).</value>
    public double RiseShare
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.3;

    /// <summary>The factor in the middle, where the learning rate is largest.</summary>
    /// <value>0.85 / 0.95; in [0, 1].</value>
    public double LowestFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.85 / 0.95;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        double bottom = RiseShare * moment.TotalSteps - 1, last = moment.TotalSteps - 1;
        var height = moment.Step <= bottom
            ? HalfCosine(bottom > 0 ? moment.Step / bottom : 1)
            : 1 - HalfCosine(Math.Min(1, (moment.Step - bottom) / Math.Max(1, last - bottom)));
        return LowestFactor + (1 - LowestFactor) * height;
    }
}
