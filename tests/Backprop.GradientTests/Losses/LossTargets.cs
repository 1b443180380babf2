using Backprop.GradientTests.Checking;
using Backprop.Losses;

namespace Backprop.GradientTests.Losses;

/// <summary>Targets that a loss may be given, by what they mean.</summary>
internal static class LossTargets
{
    /// <summary>One column per output for numbers and for yes or no; one column with the class for classes.</summary>
    public static double[] For(Loss loss, int rows, int outputs) => loss.TargetKind switch
    {
        TargetKind.Real => TestPoints.AwayFromZero(rows * outputs, seed: 41),
        TargetKind.Binary => [.. Enumerable.Range(0, rows * outputs).Select(i => i % 3 == 0 ? 1.0 : 0.0)],
        TargetKind.Class => [.. Enumerable.Range(0, rows).Select(row => (double)((row + 1) % outputs))],
        _ => throw new ArgumentOutOfRangeException(nameof(loss), loss.TargetKind, "no targets are known for it"),
    };
}
