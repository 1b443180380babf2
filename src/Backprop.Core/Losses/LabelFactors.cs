namespace Backprop.Losses;

/// <summary>Factors of the loss of a label: one where the label is false, another where it is true.</summary>
/// <param name="factors">[labels × 2]: for false, then for true.</param>
internal sealed class LabelFactors(double[] factors)
{
    /// <summary>The factor of a label's value. A value between 0 and 1 belongs to the nearer of the two.</summary>
    public double Of(int label, Real value) => factors[2 * label + (int)Math.Round(value)];
}
