using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Conformal prediction: intervals of a regression, and sets of classes of a classification, that contain the true target of a
/// chosen share of new rows.</summary>
/// <remarks><see cref="Backprop.Uncertainty.ConformalCalibration"/> has the formulas, the guarantee and the sources.</remarks>
public sealed record Conformal
{
    /// <summary>The share of new rows whose target must be in the interval or set.</summary>
    /// <value>0.9; above 0 and below 1. At least coverage / (1 − coverage) examples must be held out: 9 for 0.9, 19 for 0.95, 99
    /// for 0.99.</value>
    public double Coverage
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.9;

    /// <summary>The share of the training examples that are held out for this calibration alone.</summary>
    /// <value>0: calibration uses the examples that k-fold bagging or validation holds out; in [0, 1). With k-fold bagging, every example
    /// trains and calibrates, but intervals are wider than needed where the members disagree much, compared with the noise of the target.
    /// Validation examples that early stopping uses, too, lead to slightly narrow intervals. A share of 0.1 or 0.2 has neither effect:
    /// coverage is exact on average. All examples must be in memory.</value>
    public double HeldOutFraction
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    }

    /// <summary>The smallest number of held-out rows that leads to finite intervals.</summary>
    internal int MinRows => (int)Math.Ceiling(Coverage / (1 - Coverage) - 1e-9);
}
