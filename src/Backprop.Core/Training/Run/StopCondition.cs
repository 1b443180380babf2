using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Says when a training run has to end: its token is cancelled, its time is over, or the caller's own check throws.</summary>
/// <remarks>
/// Before the first step there is nothing to keep, so an end is an exception. Afterwards training ends at once, and what is left to
/// do for a whole model
/// (a validation check, temperature, threshold) may use a short grace period. Work that does not end within it is given up.
/// </remarks>
internal sealed class StopCondition
{
    /// <summary>
    /// What is left to do after a stop may take this long: well below the 200 ms within which a run answers, on a busy machine too.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(60);

    private readonly CancellationToken _token;
    private readonly bool _throwsOnCancellation;
    private readonly TimeSpan? _limit;
    private readonly TimeProvider _clock;
    private readonly Action? _checkAlive;
    private long? _start;
    private long? _cancelNoticed, _timeNoticed;

    /// <param name="options">Token, time limit and clock.</param>
    /// <param name="checkAlive">The caller's check, which may throw; null for none.</param>
    /// <param name="reports">Where phases and warnings go; null to keep warnings alone.</param>
    /// <param name="checks">How often it is checked; null for the default.</param>
    public StopCondition(TrainingOptions options, Action? checkAlive, RunReports? reports = null, CheckFrequency? checks = null)
        : this(
            options.MaximumTrainingTime, options.Clock, checkAlive, reports, options.ThrowOnCancellation, options.CancellationToken, checks)
    {
    }

    /// <summary>The same before there are options of a training.</summary>
    public StopCondition(
        TimeSpan? limit, TimeProvider clock, Action? checkAlive, RunReports? reports, bool throwsOnCancellation, CancellationToken token,
        CheckFrequency? checks = null)
    {
        (_token, _throwsOnCancellation, _limit) = (token, throwsOnCancellation, limit);
        (_clock, _checkAlive, Reports) = (clock, checkAlive, reports ?? new RunReports());
        Checks = checks ?? new CheckFrequency();
        Work = new WorkMeter(CheckWork, Checks.Work);
    }

    /// <summary>Phases and warnings.</summary>
    public RunReports Reports { get; }

    /// <summary>How often it is checked.</summary>
    public CheckFrequency Checks { get; }

    /// <summary>Counts the work outside of training steps, and ends it: see <see cref="CheckWork"/>.</summary>
    public WorkMeter Work { get; }

    /// <summary>Whether a model could be returned: true from the first step on.</summary>
    public bool HasModel { get; set; }

    /// <summary>Time that is set aside at the end for the last validation check.</summary>
    public TimeSpan Reserve { get; set; }

    /// <summary>Steps that the time limit left of the plan of the first run; null for all.</summary>
    public long? PlannedSteps { get; set; }

    /// <summary>The time limit; null for none.</summary>
    public TimeSpan? Limit => _limit;

    /// <summary>Time since the clock was started; 0 before.</summary>
    public TimeSpan Elapsed => _start is { } start ? _clock.GetElapsedTime(start) : TimeSpan.Zero;

    /// <summary>Time that is left for training steps; null without a limit.</summary>
    public TimeSpan? Remaining => _limit - Reserve - Elapsed;

    /// <summary>Starts the clock, if it does not run yet. What comes before (reading) does not count.</summary>
    public void StartClock() => _start ??= _clock.GetTimestamp();

    /// <summary>Whether the token is cancelled.</summary>
    /// <exception cref="OperationCanceledException">The token is cancelled, and the options are set to throw this
    /// exception.</exception>
    public bool IsCancelled
    {
        get
        {
            if (_throwsOnCancellation) _token.ThrowIfCancellationRequested();
            return _token.IsCancellationRequested;
        }
    }

    /// <summary>Whether no other training step may begin.</summary>
    public bool MustEnd
    {
        get
        {
            if (IsCancelled)
            {
                _cancelNoticed ??= _clock.GetTimestamp();
                return true;
            }
            if (_limit is null || Remaining > TimeSpan.Zero) return false; // a clock is slow to read, so it is read where there is a limit
            _timeNoticed ??= _clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Whether the grace period is over, too.</summary>
    public bool IsOver => MustEnd && (_cancelNoticed is { } noticed
        ? _clock.GetElapsedTime(noticed) >= Grace
        : _clock.GetElapsedTime(_timeNoticed!.Value) >= Reserve + Grace);

    /// <summary>To be called before a training step: the caller's check, and an exception where a stop finds nothing to keep.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before the first step.</exception>
    /// <exception cref="TimeoutException">The time was over before the first step.</exception>
    public void CheckBeforeStep()
    {
        _checkAlive?.Invoke();
        if (HasModel) return;
        _token.ThrowIfCancellationRequested();
        if (_limit is { } limit && Elapsed >= limit)
            throw new TimeoutException(
                $"{nameof(TrainingOptions.MaximumTrainingTime)} ({limit}) was over before the first training step{During}. "
                + "Increase it, or use fewer rows or features.");
    }

    /// <summary>Whether work on many rows is to be abandoned: a training step at once, a validation check after the grace period.</summary>
    public bool Abandons(bool isTraining)
    {
        CheckBeforeStep();
        return isTraining ? MustEnd : IsOver;
    }

    /// <summary>Ends work outside of training steps: by an exception where there is nothing to keep, and after the grace period.</summary>
    /// <exception cref="WorkGivenUpException">There is a model, which has to do without this work.</exception>
    public void CheckWork()
    {
        CheckBeforeStep();
        if (HasModel && IsOver) throw new WorkGivenUpException();
    }

    /// <summary>Ends reading at once, for rows that no step will see.</summary>
    /// <exception cref="WorkGivenUpException">There is a model already.</exception>
    public void CheckReading()
    {
        if (Abandons(isTraining: true)) throw new WorkGivenUpException();
    }

    private string During => Reports.Current is { } phase ? $", while this phase ran: {phase.Description}" : "";
}

/// <summary>How much work is done between two checks.</summary>
internal sealed record CheckFrequency
{
    /// <summary>Work outside of training steps, in operations of about a nanosecond.</summary>
    public long Work { get; init; } = WorkMeter.DefaultPortion;

    /// <summary>
    /// Multiplications and additions of a training step that is checked in between; a smaller one is done before anyone could
    /// notice.
    /// </summary>
    public double LargeStep { get; init; } = 5e9;

    /// <summary>Multiplications and additions of a training step between two checks.</summary>
    public double StepPortion { get; init; } = 1e9;

    /// <summary>Rows between two checks, at least; smaller products would be slower.</summary>
    public int MinRows { get; init; } = 64;

    /// <summary>Parameters that are differentiated together, at least.</summary>
    public int MinParameters { get; init; } = 1024;
}

/// <summary>Work that a model can do without was given up, because training had to end.</summary>
internal sealed class WorkGivenUpException : Exception;
