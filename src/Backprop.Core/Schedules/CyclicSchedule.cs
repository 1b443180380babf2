using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>Up and down along lines between β and 1.</summary>
/// <remarks>Smith (2017), "Cyclical learning rates for training neural networks", arXiv:1506.01186; as PyTorch's CyclicLR,
/// triangular.</remarks>
public sealed record CyclicSchedule : Schedule
{
    /// <summary>Epochs from the lowest to the highest value.</summary>
    /// <value>4; at least 1.</value>
    public int HalfCycle
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 4;

    /// <summary>β: the factor that every cycle begins with.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double LowestFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        double halves = moment.ExactEpoch / HalfCycle, cycle = Math.Floor(1 + halves / 2);
        return LowestFactor + (1 - LowestFactor) * Math.Max(0, 1 - Math.Abs(halves - 2 * cycle + 1));
    }

    /// <inheritdoc/>
    public override int CyclesBefore(TrainingMoment moment) => (int)(moment.ExactEpoch / HalfCycle / 2);
}
