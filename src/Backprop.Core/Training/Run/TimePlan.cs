using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>
/// The plan of one run: its number of steps. A time limit that is too short for all epochs makes the plan shorter, so that schedules end
/// with the time.
/// </summary>
/// <remarks>
/// The time of a step is measured at the end of every epoch. In the first epoch, it is also measured after a tenth of the time. If the
/// remaining time suffices for nearly all epochs, the plan does not change. So such a run has the same bits as one without a limit.
/// </remarks>
/// <param name="options">Epochs.</param>
/// <param name="stop">The time.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
/// <param name="examples">Examples of an epoch.</param>
/// <param name="fixedSteps">The planned steps of an earlier run whose schedules are repeated; null to measure.</param>
/// <param name="isShared">Whether several ranks follow the plan. Then it changes only by <see cref="Adopt"/>.</param>
internal sealed class TimePlan(
    TrainingOptions options, StopCondition stop, int stepsPerEpoch, int examples, long? fixedSteps = null, bool isShared = false)
{
    private const int TrustedSteps = 8;
    private const double TrustedShareOfTime = 0.1;

    // Measured times differ by some percent. A schedule that is so near to its end is regarded as finished.
    private const double NearlyAll = 0.95;

    private readonly long _allSteps = (long)stepsPerEpoch * options.NumberOfIterations;
    private (long Step, TimeSpan Time)? _begin; // times of steps are measured from here on
    private long? _possible;

    /// <summary>The moment of the step that was planned last.</summary>
    public TrainingMoment Last { get; private set; }

    /// <summary>Whether the time limit makes the plan shorter.</summary>
    public bool IsShortened => Last.TotalSteps < _allSteps;

    /// <summary>The steps that the time limit allows, as they were measured last; null for all.</summary>
    public long? Measured { get; private set; }

    /// <summary>The steps of the plan, if it is shorter than all epochs; null for all.</summary>
    public long? ShortenedSteps => IsShortened ? Last.TotalSteps : null;

    /// <summary>Plans the steps that rank 0 has measured; null for all.</summary>
    public void Adopt(long? measured) => _possible = measured;

    /// <summary>Continues the plan of a training that was interrupted. With a time limit, the time so far shows at once how many steps are
    /// possible.</summary>
    /// <param name="steps">Steps that were made; at least 1.</param>
    /// <param name="shortenedSteps">Its <see cref="ShortenedSteps"/> at the last of these steps; null without a time limit.</param>
    public void Resume(long steps, long? shortenedSteps)
    {
        _possible = shortenedSteps;
        _begin = (0, TimeSpan.Zero);
        Last = MomentOf(steps - 1);
    }

    /// <summary>The moment of a step, from 0 on. Must be called before each step.</summary>
    public TrainingMoment At(long step)
    {
        Measure(step);
        return Last = MomentOf(step);
    }

    /// <summary>The moment of a step by the plan as it is.</summary>
    public TrainingMoment MomentOf(long step)
    {
        var moment = new TrainingMoment(step, stepsPerEpoch, options.NumberOfIterations, examples);
        var steps = fixedSteps ?? _possible;
        return steps is { } few ? moment.WithTotalSteps(Math.Max(few, step + 1)) : moment;
    }

    /// <summary>Measures the time of the steps before a step, if the plan depends on it. <see cref="At"/> does this, too.</summary>
    public void Measure(long step)
    {
        if (fixedSteps is null && stop.Limit is { } limit) Measure(step, limit);
    }

    // The first step compiles code, and the first epoch compiles more, so their times are less typical than later ones.
    private void Measure(long step, TimeSpan limit)
    {
        var (epoch, stepOfEpoch) = Math.DivRem(step, stepsPerEpoch);
        if (step == 0 || (epoch > 0 && stepOfEpoch > 0)) return;
        var elapsed = stop.Elapsed;
        var begin = _begin ?? (step, elapsed);
        if (_begin is null || epoch == 1) _begin = (step, elapsed);
        var (time, steps) = (elapsed - begin.Time, step - begin.Step);
        if (epoch == 0 && (steps < TrustedSteps || elapsed < TrustedShareOfTime * limit)) return;
        if (steps == 0 || time <= TimeSpan.Zero) return;
        var possible = step + (stop.Remaining!.Value / time * steps);
        Measured = possible < NearlyAll * _allSteps ? (long)Math.Max(0, possible) : null;
        if (!isShared) _possible = Measured;
    }
}
