using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>1 for a share of the steps, then down along half a cosine to 0.</summary>
/// <remarks>fastai's flat_cos (flat for 0.75); Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491, for
/// dropout and weight decay (flat for 0.5).</remarks>
public sealed record FlatCosineSchedule : Schedule
{
    /// <summary>The share of all steps before the fall.</summary>
    /// <value>0.5; in [0, 1).</value>
    public double FlatShare
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.5;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => HalfCosine(Math.Max(0, (moment.Progress - FlatShare) / (1 - FlatShare)));
}
