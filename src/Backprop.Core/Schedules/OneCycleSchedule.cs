using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>Rises along half a cosine from 1/25 to 1, then falls to almost 0. The large steps in the middle regularize.</summary>
/// <remarks>Smith and Topin (2018), "Super-convergence", arXiv:1708.07120; as PyTorch's OneCycleLR, whose <c>max_lr</c> is our learning
/// rate (fastai: rises for 0.25 of the steps, and ends at 1e-5).</remarks>
public sealed record OneCycleSchedule : Schedule
{
    /// <summary>The share of all steps in which the value rises.</summary>
    /// <value>0.3; in (0, 1).</value>
    public double RiseShare
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.3;

    /// <summary>The value begins at 1 / this.</summary>
    /// <value>25; ≥ 1 and finite.</value>
    public double StartDivisor
    {
        get;
        init => field = ValueRange.FiniteAtLeastOne.Checked(value);
    } = 25;

    /// <summary>The value ends at its first value divided by this.</summary>
    /// <value>1e4; ≥ 1 and finite.</value>
    public double EndDivisor
    {
        get;
        init => field = ValueRange.FiniteAtLeastOne.Checked(value);
    } = 1e4;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        double start = 1 / StartDivisor, end = start / EndDivisor, top = RiseShare * moment.TotalSteps - 1, last = moment.TotalSteps - 1;
        return moment.Step <= top
            ? 1 - (1 - start) * HalfCosine(top > 0 ? moment.Step / top : 1)
            : end + (1 - end) * HalfCosine(Math.Min(1, (moment.Step - top) / Math.Max(1, last - top)));
    }
}
