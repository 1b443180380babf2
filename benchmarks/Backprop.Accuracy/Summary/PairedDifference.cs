namespace Backprop.Accuracy.Summary;

/// <summary>How much better one learner is than another on the same splits of a set.</summary>
/// <param name="Mean">Mean of score − score over the splits: larger is better.</param>
/// <param name="StandardError">Standard deviation of those differences (n − 1) / √n.</param>
internal readonly record struct PairedDifference(double Mean, double StandardError)
{
    /// <summary>That of two learners that have a score of every split.</summary>
    public static PairedDifference Of(Cell one, Cell other)
    {
        double[] differences = [.. one.Scores.Zip(other.Scores, (a, b) => a - b)];
        return new PairedDifference(differences.Average(), Cell.StandardErrorOf(differences));
    }

    /// <summary>Neither is better at all; sums of the same scores in another order may differ in the last digit.</summary>
    public bool IsNone => Math.Abs(Mean) < 1e-12;

    /// <summary>Neither is better by more than one standard error.</summary>
    public bool IsTie => Math.Abs(Mean) <= StandardError;

    /// <summary>Better by more than that.</summary>
    public bool IsWin => !IsTie && Mean > 0;

    /// <summary>Worse by more than that.</summary>
    public bool IsLoss => !IsTie && Mean < 0;

    /// <summary>The difference in standard errors; infinite where all splits differ by the same.</summary>
    public double InStandardErrors => Mean == 0 ? 0 : Mean / StandardError;
}
