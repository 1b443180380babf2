using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

/// <summary>Targets that a loss allows, and the scores that hit them.</summary>
internal static class LossSamples
{
    /// <summary>So many columns of numbers or of yes or no; for classes one column, of so many classes.</summary>
    public static float[] Targets(Loss loss, int rows, int columns) => loss.TargetKind switch
    {
        TargetKind.Real => [.. TestNumbers.Normal(rows * columns, seed: 4).Select(y => loss.AllowsTargets([-1], 1) ? y : Math.Abs(y))],
        TargetKind.Binary => [.. Enumerable.Range(0, rows * columns).Select(i => i % 2 == 0 ? 1f : 0f)],
        TargetKind.Relevance => [.. Enumerable.Range(0, rows * columns).Select(i => (float)(i * 7 % 5))],
        _ => [.. Enumerable.Range(0, rows).Select(row => (float)(row % columns))],
    };

    /// <summary>The same as a matrix.</summary>
    public static ReadOnlyMatrix TargetMatrix(Loss loss, int rows, int columns)
    {
        var targets = Targets(loss, rows, columns);
        return new ReadOnlyMatrix(targets, rows, targets.Length / rows);
    }

    /// <summary>The scores of the truth: the number itself or its logarithm, or as sure as a float allows.</summary>
    public static float[] Truth(Loss loss, float[] targets, int columns) => loss switch
    {
        PoissonLoss or GammaLoss or TweedieLoss => [.. targets.Select(y => MathF.Log(y))],
        GaussianNegativeLogLikelihood => [.. targets.SelectMany(y => new[] { y, -11 })],
        { TargetKind: TargetKind.Real } => targets,
        { TargetKind: TargetKind.Binary } => [.. targets.Select(y => y == 1 ? 200f : -200f)],
        _ => [.. targets.SelectMany(y => Enumerable.Range(0, columns).Select(k => k == y ? 200f : 0f))],
    };

    /// <summary>Whether the truth costs nothing. Likelihoods without their constants have another least value for each target.</summary>
    public static bool TruthIsFree(Loss loss) => loss is not (PoissonLoss or GammaLoss or TweedieLoss or GaussianNegativeLogLikelihood);
}
