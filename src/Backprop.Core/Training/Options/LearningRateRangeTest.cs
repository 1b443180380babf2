using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The learning rates of a range test: from a far too small one to a far too large one, each larger than the one before by the
/// same factor.</summary>
public sealed record LearningRateRangeTest
{
    private const double Smoothing = 0.98, HopelessFactor = 4;

    /// <summary>The first rate.</summary>
    /// <value>1e-7; &gt; 0 and finite.</value>
    public double Lowest
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1e-7;

    /// <summary>The last rate. The test ends earlier if the loss exceeds four times the best loss.</summary>
    /// <value>10; &gt; 0 and finite, and above <see cref="Lowest"/>.</value>
    public double Highest
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 10;

    /// <summary>Number of steps.</summary>
    /// <value>100; at least 20.</value>
    public int Steps
    {
        get;
        init => field = value >= 20 ? value : throw ValueRange.Refusal(nameof(Steps), value, "must be at least 20");
    } = 100;

    // Losses are smoothed by a running mean, because every step has another batch.
    internal LearningRateCurve Run(Func<int, double, double> learn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Highest, Lowest);
        List<LearningRatePoint> points = [];
        double mean = 0, best = double.PositiveInfinity;
        for (var step = 0; step < Steps; step++)
        {
            var learningRate = Lowest * Math.Pow(Highest / Lowest, step / (Steps - 1.0));
            mean = Smoothing * mean + (1 - Smoothing) * learn(step, learningRate);
            var smoothed = mean / (1 - Math.Pow(Smoothing, step + 1));
            if (!double.IsFinite(smoothed) || smoothed > HopelessFactor * Math.Abs(best)) break;
            points.Add(new LearningRatePoint(learningRate, smoothed));
            best = Math.Min(best, smoothed);
        }
        return points.Count >= 2
            ? new LearningRateCurve(points)
            : throw new InvalidOperationException(
                $"The loss is not finite or grows immediately at the lowest learning rate, {Lowest}. Decrease {nameof(Lowest)}.");
    }
}

/// <summary>One step of a range test.</summary>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Loss">The losses so far, smoothed.</param>
public readonly record struct LearningRatePoint(double LearningRate, double Loss);
