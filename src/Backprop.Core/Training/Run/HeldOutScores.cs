using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The scores of rows that a network was not trained on: of all validation rows, or under k-fold bagging of all rows, each by the
/// member that held it out.</summary>
/// <param name="scores">[rows × outputs], with temperature, in units of the targets.</param>
/// <param name="outputs">Scores per row.</param>
/// <param name="rows">The rows.</param>
/// <param name="weights">[rows], including the factors of their classes; empty if all weights are equal.</param>
internal sealed class HeldOutScores(Real[] scores, int outputs, ExampleSet rows, Real[] weights)
{
    /// <summary>The loss of the training, including the factors of several labels; null for that of the network.</summary>
    public Loss? Loss { get; init; }

    /// <summary>The rows.</summary>
    public ExampleSet Rows => rows;

    /// <summary>[rows × outputs]</summary>
    public ReadOnlyMatrix Scores => new(scores, rows.Count, outputs);

    /// <summary>Other scores of the same rows.</summary>
    /// <param name="others">[rows × outputs]</param>
    public HeldOutScores With(Real[] others) => new(others, outputs, rows, weights) { Loss = Loss };

    /// <summary>[rows], or empty.</summary>
    public ReadOnlySpan<Real> Weights => weights;
}
