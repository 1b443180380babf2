using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>β + (1 − β)·(1 − k/K)^p over all K steps: a straight line for p = 1.</summary>
/// <remarks>As PyTorch's PolynomialLR for β = 0, and Keras's PolynomialDecay.</remarks>
public sealed record PolynomialDecay : Schedule
{
    /// <summary>p: the exponent.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double Power
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <summary>β: the factor at the end.</summary>
    /// <value>0; in [0, 1].</value>
    public double EndFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    }

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) =>
        EndFactor + (1 - EndFactor) * Math.Pow(Math.Max(0, 1 - moment.Progress), Power);
}
