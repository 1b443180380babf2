using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>γ^n, with n of the given epochs reached.</summary>
/// <remarks>As PyTorch's MultiStepLR.</remarks>
public sealed record MultiStepDecay : Schedule
{
    /// <summary>The epochs, counted from 0, at whose beginning the value falls.</summary>
    /// <value>30, 60, 90; each at least 1, in ascending order.</value>
    public IReadOnlyList<int> Milestones
    {
        get;
        init => field = value is not null && value.All(epoch => epoch >= 1) && value.SequenceEqual(value.Order())
            ? [.. value]
            : throw new ArgumentOutOfRangeException(
                nameof(Milestones), value is null ? null : string.Join(", ", value), "must be epochs from 1 on, in ascending order");
    } = [30, 60, 90];

    /// <summary>γ: what is left after a fall.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        // Asked before every step, so it may not allocate: no enumerator, no closure.
        var reached = 0;
        while (reached < Milestones.Count && moment.Epoch >= Milestones[reached]) reached++;
        return Math.Pow(Factor, reached);
    }

    /// <summary>Whether the other falls at the same epochs by the same factor.</summary>
    public bool Equals(MultiStepDecay? other) => other is not null && Factor == other.Factor && Milestones.SequenceEqual(other.Milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => Milestones.Aggregate(Factor.GetHashCode(), HashCode.Combine);
}
