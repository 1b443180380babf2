namespace Backprop.Training;

/// <summary>The result of a range test: the loss at every learning rate, and suggested rates.</summary>
public sealed class LearningRateCurve
{
    internal LearningRateCurve(IReadOnlyList<LearningRatePoint> points) => Points = points;

    /// <summary>One point for every step, from the lowest rate on.</summary>
    public IReadOnlyList<LearningRatePoint> Points { get; }

    /// <summary>The recommended rate: in the middle of the longest fall of the loss, well before its end.</summary>
    /// <remarks>The longest falling subsequence of losses ends at step e and has k losses; the rate is that of step e − k + k/3 + k/6,
    /// rounded down each. fastai's rule.</remarks>
    public double Valley
    {
        get
        {
            var (end, length) = LongestFall();
            var third = length / 3.0;
            return Points[Math.Max(0, end - length) + (int)third + (int)(third / 2)].LearningRate;
        }
    }

    /// <summary>The rate at which the loss falls fastest, as a function of the logarithm of the rate.</summary>
    public double Steepest
    {
        get
        {
            var steepest = 1;
            for (var i = 2; i < Points.Count; i++)
                if (Points[i].Loss - Points[i - 1].Loss < Points[steepest].Loss - Points[steepest - 1].Loss) steepest = i;
            return Points[steepest].LearningRate;
        }
    }

    /// <summary>A tenth of the rate with the lowest loss. This rate is rather high.</summary>
    public double TenthOfMinimum => Points.MinBy(point => point.Loss).LearningRate / 10;

    private (int End, int Length) LongestFall()
    {
        var lengths = new int[Points.Count];
        var end = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = 1;
            for (var j = 0; j < i; j++)
                if (Points[i].Loss < Points[j].Loss) lengths[i] = Math.Max(lengths[i], lengths[j] + 1);
            if (lengths[i] > lengths[end]) end = i;
        }
        return (end, lengths[end]);
    }
}
