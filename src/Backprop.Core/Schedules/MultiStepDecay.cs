using System.Globalization;
using System.Text;
using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>γ^n, where n is the number of milestones reached.</summary>
/// <remarks>As PyTorch's MultiStepLR.</remarks>
public sealed record MultiStepDecay : Schedule
{
    /// <summary>The epochs, counted from 0. The value falls at the beginning of each.</summary>
    /// <value>30, 60, 90; each at least 1, in ascending order.</value>
    public IReadOnlyList<int> Milestones
    {
        get;
        init => field = value is not null && value.All(epoch => epoch >= 1) && value.SequenceEqual(value.Order())
            ? [.. value]
            : throw ValueRange.Refusal(
                nameof(Milestones), value is null ? null : string.Join(", ", value), "must be epochs from 1 on, in ascending order");
    } = [30, 60, 90];

    /// <summary>γ: the factor of each fall.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.1;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        // Called before every step, so it may not allocate: no enumerator, no closure.
        var reached = 0;
        while (reached < Milestones.Count && moment.Epoch >= Milestones[reached]) reached++;
        return Math.Pow(Factor, reached);
    }

    /// <summary>Whether both schedules have the same milestones and the same factor.</summary>
    public bool Equals(MultiStepDecay? other) => other is not null && Factor == other.Factor && Milestones.SequenceEqual(other.Milestones);

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(
            CultureInfo.InvariantCulture, $"{nameof(Milestones)} = {string.Join(", ", Milestones)}; {nameof(Factor)} = {Factor}");
        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode() => Milestones.Aggregate(Factor.GetHashCode(), HashCode.Combine);
}
