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
        double expected = 0, low = Math.Log(TrainedNetwork.MinTemperature), high = Math.Log(TrainedNetwork.MaxTemperature);
        for (var row = 0; row < scores.Rows; row++)
            expected += Metric.WeightOf(weights, row) * Known(loss, scores.Row(row), targets.Row(row), scores.Rows);

        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Expected(loss, scores, targets, weights, Math.Exp(-middle), work) < expected) high = middle;
            else low = middle;
        }
        return Math.Exp((low + high) / 2);
    }

    // Σ t·z, where t includes the share of one additional example of unknown class.
    private static double Known(Loss loss, ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, int rows)
    {
        var isOneOfAll = loss.TargetKind == TargetKind.Class;
        double known = isOneOfAll && y.Length == 1 ? z[(int)y[0]] : 0, unknown = 0;
        for (var k = 0; k < z.Length; k++)
        {
            var factor = isOneOfAll ? 1 : FactorOf(loss, y, k);
            if (y.Length == z.Length) known += factor * y[k] * z[k];
            unknown += factor * z[k] / (isOneOfAll ? z.Length : 2);
        }
        return (rows * known + unknown) / (rows + 1);
    }

    // Σ w·Σ p·z.
    private static double Expected(
        Loss loss, ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, double inverse, WorkMeter? work)
    {
        var isOneOfAll = loss.TargetKind == TargetKind.Class;
        double sum = 0;
        for (var row = 0; row < scores.Rows; row++)
        {
            var ofRow = isOneOfAll ? OfOneOfAll(scores.Row(row), inverse) : OfEach(loss, scores.Row(row), targets.Row(row), inverse);
            sum += Metric.WeightOf(weights, row) * ofRow;
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

    private static double OfEach(Loss loss, ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, double inverse)
    {
        double sum = 0;
        for (var k = 0; k < z.Length; k++) sum += FactorOf(loss, y, k) * z[k] / (1 + Math.Exp(-z[k] * inverse));
        return sum;
    }

    // The weight of a label in the loss, and the factor of its value.
    private static double FactorOf(Loss loss, ReadOnlySpan<Real> y, int label) => loss switch
    {
        TargetwiseLoss { Factors: { } factors } of => factors.Of(label, y[label]) * FactorOf(of.Of, y, label),
        LossPerTarget => loss.ShareOf(label, y.Length) * y.Length,
        _ => 1,
    };
}
