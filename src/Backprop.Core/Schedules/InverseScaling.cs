using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>1 / (t + 1)^p, where t is the number of examples in all epochs before.</summary>
/// <remarks>scikit-learn's <c>invscaling</c>.</remarks>
public sealed record InverseScaling : Schedule
{
    /// <summary>p: how fast the value falls.</summary>
    /// <value>0.5; ≥ 0 and finite.</value>
    public double Power
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.5;

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => Math.Pow((double)moment.Epoch * moment.Examples + 1, -Power);
}
