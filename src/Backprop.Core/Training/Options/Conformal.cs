using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Conformal prediction: intervals of a regression, and sets of classes of a classification, that contain the true target of a
/// chosen share of new rows.</summary>
/// <remarks><see cref="Backprop.Uncertainty.ConformalCalibration"/> has the formulas, the guarantee and the sources.</remarks>
public sealed record Conformal
{
    /// <summary>The share of new rows whose target must be in the interval or set.</summary>
    /// <value>0.9; above 0 and below 1. At least coverage / (1 − coverage) rows must be held out: 9 for 0.9, 19 for 0.95, 99 for
    /// 0.99.</value>
    public double Coverage
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.9;

    /// <summary>The smallest number of held-out rows that leads to finite intervals.</summary>
    internal int MinRows => (int)Math.Ceiling(Coverage / (1 - Coverage) - 1e-9);
}
