namespace Backprop.Schedules;

/// <summary>The progress of training. A schedule may depend on it.</summary>
/// <param name="Step">Steps done before: 0 at the first.</param>
/// <param name="StepsPerEpoch">Steps of one epoch; at least 1.</param>
/// <param name="Epochs">Maximum number of epochs; at least 1.</param>
/// <param name="Examples">Examples of one epoch; at least 1.</param>
public readonly record struct TrainingMoment(long Step, int StepsPerEpoch, int Epochs, int Examples)
{
    /// <summary>Maximum number of steps of the run: those of all epochs, or as many as a time limit allows.</summary>
    public long TotalSteps => StepsInTime > 0 ? StepsInTime : (long)StepsPerEpoch * Epochs;

    /// <summary>Epochs done before: 0 during the first.</summary>
    public long Epoch => Step / StepsPerEpoch;

    /// <summary>Epochs done before, plus the part of the current one that is done.</summary>
    public double ExactEpoch => (double)Step / StepsPerEpoch;

    /// <summary>The share of training that is done, in [0, 1).</summary>
    public double Progress => (double)Step / TotalSteps;

    private long StepsInTime { get; init; }

    /// <summary>The same moment in a run of so many steps.</summary>
    internal TrainingMoment WithTotalSteps(long steps) =>
        this with { StepsInTime = steps, Epochs = (int)Math.Min(int.MaxValue, (steps - 1) / StepsPerEpoch + 1) };
}
