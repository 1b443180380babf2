using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Finds the temperature that logits are divided by: <see cref="TrainingOptions.TemperatureScaling"/>.</summary>
/// <remarks>Computes in double precision, so it does not use the gradients that losses write. With many rows, only the
/// share 1/n of one example keeps T from 0. Single precision has few digits of that share.</remarks>
internal static class TemperatureChoice
{
    // Halvings of the logarithm of the range: accurate to seven digits, as many as scores have.
    private const int Halvings = 27;

    private const long WorkOfScore = 16;

    /// <summary>The T at which the cross-entropy Σ w·H(t, p(z/T)) stops falling. The cross-entropy is convex in 1/T, with
    /// the derivative Σ w·(Σ p·z − Σ t·z).</summary>
    /// <param name="loss">The loss of the scores; it has logits.</param>
    /// <param name="scores">[rows × outputs], z; finite.</param>
    /// <param name="targets">[rows × target columns], y.</param>
    /// <param name="weights">[rows], or empty.</param>
    /// <param name="work">Counts the work; null where work is not counted.</param>
    public static double Best(Loss loss, ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, WorkMeter? work = null)
    {
        var isOneOfAll = loss.TargetKind == TargetKind.Class;
        double expected = 0, low = Math.Log(TrainedNetwork.MinTemperature), high = Math.Log(TrainedNetwork.MaxTemperature);
        for (var row = 0; row < scores.Rows; row++)
            expected += Metric.WeightOf(weights, row) * Known(scores.Row(row), targets.Row(row), isOneOfAll, scores.Rows);

        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Expected(scores, weights, isOneOfAll, Math.Exp(-middle), work) < expected) high = middle;
            else low = middle;
        }
        return Math.Exp((low + high) / 2);
    }

    // Σ t·z, where t includes the share of one additional example of unknown class.
    private static double Known(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, bool isOneOfAll, int rows)
    {
        double known = isOneOfAll && y.Length == 1 ? z[(int)y[0]] : 0, unknown = 0;
        for (var k = 0; k < z.Length; k++)
        {
            if (y.Length == z.Length) known += (double)y[k] * z[k];
            unknown += (double)z[k] / (isOneOfAll ? z.Length : 2);
        }
        return (rows * known + unknown) / (rows + 1);
    }

    // Σ w·Σ p·z.
    private static double Expected(ReadOnlyMatrix scores, ReadOnlySpan<Real> weights, bool isOneOfAll, double inverse, WorkMeter? work)
    {
        double sum = 0;
        for (var row = 0; row < scores.Rows; row++)
        {
            sum += Metric.WeightOf(weights, row) * (isOneOfAll ? OfOneOfAll(scores.Row(row), inverse) : OfEach(scores.Row(row), inverse));
            work?.Add(WorkOfScore * scores.Columns);
        }
        return sum;
    }

    private static double OfOneOfAll(ReadOnlySpan<Real> z, double inverse)
    {
        double largest = double.NegativeInfinity, total = 0, sum = 0;
        foreach (var score in z) largest = Math.Max(largest, score);
        foreach (var score in z)
        {
            var likelihood = Math.Exp((score - largest) * inverse);
            total += likelihood;
            sum += likelihood * score;
        }
        return sum / total;
    }

    private static double OfEach(ReadOnlySpan<Real> z, double inverse)
    {
        double sum = 0;
        foreach (var score in z) sum += score / (1 + Math.Exp(-score * inverse));
        return sum;
    }
}
