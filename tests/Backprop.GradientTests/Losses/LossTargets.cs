using Backprop.GradientTests.Checking;
using Backprop.Losses;

namespace Backprop.GradientTests.Losses;

/// <summary>Targets that a loss may be given, by what they mean and by what it allows.</summary>
internal static class LossTargets
{
    /// <summary>So many columns of numbers or of yes or no; for classes one column, of so many classes.</summary>
    public static double[] For(Loss loss, int rows, int columns) => loss.TargetKind switch
    {
        TargetKind.Real =>
            [.. TestPoints.AwayFromZero(rows * columns, seed: 41).Select(y => loss.AllowsTargets([-1], 1) ? y : Math.Abs(y))],
        TargetKind.Binary => [.. Enumerable.Range(0, rows * columns).Select(i => i % 3 == 0 ? 1.0 : 0.0)],
        TargetKind.Relevance => [.. Enumerable.Range(0, rows * columns).Select(i => (double)(i * 7 % 5))],
        TargetKind.Class => [.. Enumerable.Range(0, rows).Select(row => (double)((row + 1) % columns))],
        _ => throw new ArgumentOutOfRangeException(nameof(loss), loss.TargetKind, "no targets are known for it"),
    };
}
