using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>Falls along half a cosine from 1 to β, and restarts. Each cycle has <see cref="CycleFactor"/> times as many epochs as the one
/// before.</summary>
/// <remarks>Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm restarts", arXiv:1608.03983; as PyTorch's
/// CosineAnnealingWarmRestarts.</remarks>
public sealed record CosineRestarts : Schedule
{
    /// <summary>Epochs of the first cycle.</summary>
    /// <value>10; at least 1.</value>
    public int FirstCycle
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    /// <summary>How many times as long each cycle is as the one before.</summary>
    /// <value>2; at least 1.</value>
    public int CycleFactor
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 2;

    /// <summary>β: the factor at the end of every cycle.</summary>
    /// <value>0; in [0, 1].</value>
    public double EndFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    }

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        var (_, share) = CycleAt(moment);
        return EndFactor + (1 - EndFactor) * HalfCosine(share);
    }

    /// <inheritdoc/>
    public override int CyclesBefore(TrainingMoment moment) => CycleAt(moment).Index;

    // The share is the part of the cycle that is done.
    private (int Index, double Share) CycleAt(TrainingMoment moment)
    {
        double epoch = moment.ExactEpoch, cycle = FirstCycle;
        if (CycleFactor == 1) return ((int)(epoch / cycle), epoch % cycle / cycle);
        var index = 0;
        for (; epoch >= cycle; cycle *= CycleFactor)
        {
            epoch -= cycle;
            index++;
        }
        return (index, epoch / cycle);
    }
}
