using Backprop.Distribution;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Determines when a training run must end: its token is cancelled, its time is over, or the caller's own check throws.</summary>
/// <remarks>
/// Before the first step there is no model, so an end is an exception. Afterwards training ends at once. A last validation check,
/// temperature and threshold may use a short grace period. Work that does not end within this period is abandoned. If several ranks train
/// one model, they follow the clock and the token of rank 0, as it sent them last, and abandon no work (<see cref="Follow"/>).
/// </remarks>
internal sealed class StopCondition
{
    /// <summary>
    /// The grace period. It is well below 200 ms, the maximum time until a run ends, also on a busy machine.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(60);

    private readonly CancellationToken _token;
    private readonly bool _throwsOnCancellation;
    private readonly TimeSpan? _limit;
    private readonly TimeProvider _clock;
    private readonly Action? _checkAlive;
    private long? _start;
    private long _earlierTicks;
    private long? _cancelNoticed, _timeNoticed;
    private ICommunicator? _ranks;
    private StopNotice _ofRankZero;

    /// <param name="options">Token, time limit and clock.</param>
    /// <param name="checkAlive">The caller's check, which may throw; null for none.</param>
    /// <param name="reports">Receives phases and warnings; null to only keep warnings.</param>
    /// <param name="checks">How often the condition is checked; null for the default.</param>
    public StopCondition(TrainingOptions options, Action? checkAlive, RunReports? reports = null, CheckFrequency? checks = null)
        : this(
            options.MaximumTrainingTime, options.Clock, checkAlive, reports, options.ThrowOnCancellation, options.CancellationToken, checks)
    {
    }

    /// <summary>Creates a condition before the options of training are known.</summary>
    public StopCondition(
        TimeSpan? limit, TimeProvider clock, Action? checkAlive, RunReports? reports, bool throwsOnCancellation, CancellationToken token,
        CheckFrequency? checks = null)
    {
        (_token, _throwsOnCancellation, _limit) = (token, throwsOnCancellation, limit);
        (_clock, _checkAlive, Reports) = (clock, checkAlive, reports ?? new RunReports());
        Checks = checks ?? new CheckFrequency();
        Work = new WorkMeter(CheckWork, Checks.Work);
    }

    /// <summary>The same condition for one of several trainings: a condition of its own, which ends when this one does. Its warnings are
    /// dropped.</summary>
    public StopCondition ForTrial() => ForTrial(_token);

    /// <summary>The same, which also ends when another token is cancelled.</summary>
    /// <param name="token">A token that is linked to the token of this condition.</param>
    public StopCondition ForTrial(CancellationToken token) =>
        new(_limit is null ? null : Remaining, _clock, _checkAlive, reports: null, _throwsOnCancellation, token, Checks);

    /// <summary>A condition that runs the caller's check, and never ends a training. For work that several ranks must do to its
    /// end.</summary>
    /// <param name="reports">Receives phases and warnings; null to drop them.</param>
    public StopCondition WithoutEnd(RunReports? reports) =>
        new(limit: null, _clock, _checkAlive, reports, throwsOnCancellation: false, CancellationToken.None, Checks);

    /// <summary>A source that is cancelled with this condition's token, or with another one.</summary>
    public CancellationTokenSource LinkedTo(CancellationToken token) => CancellationTokenSource.CreateLinkedTokenSource(_token, token);

    /// <summary>Phases and warnings.</summary>
    public RunReports Reports { get; }

    /// <summary>How often the condition is checked.</summary>
    public CheckFrequency Checks { get; }

    /// <summary>Counts the work outside of training steps, and can end it: see <see cref="CheckWork"/>.</summary>
    public WorkMeter Work { get; }

    /// <summary>Whether a model could be returned: true from the first step on.</summary>
    public bool HasModel { get; set; }

    /// <summary>Time that is reserved at the end for the last validation check.</summary>
    public TimeSpan Reserve { get; set; }

    /// <summary>The planned steps of the first run, if the time limit has shortened its plan; null for all.</summary>
    public long? PlannedSteps { get; set; }

    /// <summary>The time limit; null for none.</summary>
    public TimeSpan? Limit => _limit;

    /// <summary>Time since the clock was started; 0 before.</summary>
    public TimeSpan Elapsed => _ranks is null ? OwnElapsed : TimeSpan.FromTicks(_ofRankZero.Ticks);

    /// <summary>Time that is left for training steps; null without a limit.</summary>
    public TimeSpan? Remaining => _limit - Reserve - Elapsed;

    /// <summary>Starts the clock, if it does not run yet. Time before this call (reading) does not count.</summary>
    public void StartClock() => _start ??= _clock.GetTimestamp();

    /// <summary>The time that a training had taken before it was interrupted.</summary>
    public TimeSpan EarlierTime => TimeSpan.FromTicks(Volatile.Read(ref _earlierTicks));

    /// <summary>Adds time that a training had taken before it was interrupted. Nothing is added if it is negative.</summary>
    public void AddEarlierTime(TimeSpan time) => Interlocked.Add(ref _earlierTicks, Math.Max(0, time.Ticks));

    /// <summary>Whether the token is cancelled.</summary>
    /// <exception cref="OperationCanceledException">The token is cancelled, and the options are set to throw this
    /// exception.</exception>
    public bool IsCancelled
    {
        get
        {
            if (TokenIsCancelled && (_ranks is null ? _throwsOnCancellation : _ofRankZero.Throws)) throw Cancelled();
            return TokenIsCancelled;
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
            if (_limit is null || Remaining > TimeSpan.Zero) return false; // a clock is slow to read, so only if there is a limit
            _timeNoticed ??= _clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Whether the grace period is over, too.</summary>
    public bool IsOver => _ranks is null && MustEnd && (_cancelNoticed is { } noticed
        ? _clock.GetElapsedTime(noticed) >= Grace
        : _clock.GetElapsedTime(_timeNoticed!.Value) >= Reserve + Grace);

    /// <summary>Must be called before a training step. Runs the caller's check, and throws if training must end before there is a
    /// model.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before the first step.</exception>
    /// <exception cref="TimeoutException">The time was over before the first step.</exception>
    public void CheckBeforeStep()
    {
        _checkAlive?.Invoke();
        if (HasModel) return;
        if (TokenIsCancelled) throw Cancelled();
        if (_limit is { } limit && Elapsed >= limit)
        {
            EndsAllRanks = true;
            throw new TimeoutException(
                $"{nameof(TrainingOptions.MaximumTrainingTime)} ({limit}) was over before the first training step{During}. "
                + "Increase it, or use fewer rows or features.");
        }
    }

    /// <summary>Whether this condition threw an exception that it throws on all ranks.</summary>
    public bool EndsAllRanks { get; private set; }

    /// <summary>The clock and the token of this process, which rank 0 sends to the others.</summary>
    public StopNotice OwnNotice => new(OwnElapsed.Ticks, _token.IsCancellationRequested, _throwsOnCancellation);

    /// <summary>From now on, this condition is that of rank 0, as it was sent last. All ranks call this method together.</summary>
    public void Follow(ICommunicator ranks)
    {
        _ranks = ranks;
        Synchronize();
    }

    /// <summary>Receives the clock and the token of rank 0. All ranks call this method together; without ranks, nothing happens.</summary>
    public void Synchronize()
    {
        if (_ranks is not null) Receive(RankValues.OfRankZero(_ranks, OwnNotice));
    }

    /// <summary>Sets the clock and the token of rank 0, which came with other values.</summary>
    public void Receive(StopNotice notice) => _ofRankZero = notice;

    /// <summary>Whether work on many rows must be abandoned: a training step at once, a validation check after the grace period.</summary>
    public bool Abandons(bool isTraining)
    {
        CheckBeforeStep();
        return isTraining ? MustEnd : IsOver;
    }

    /// <summary>Ends work outside of training steps by an exception: at once if there is no model, otherwise after the grace
    /// period.</summary>
    /// <exception cref="WorkGivenUpException">There is a model; this work is omitted.</exception>
    public void CheckWork()
    {
        CheckBeforeStep();
        if (HasModel && IsOver) throw new WorkGivenUpException();
    }

    /// <summary>Ends reading at once, because no step will use these rows.</summary>
    /// <exception cref="WorkGivenUpException">There is a model already.</exception>
    public void CheckReading()
    {
        if (Abandons(isTraining: true)) throw new WorkGivenUpException();
    }

    private bool TokenIsCancelled => _ranks is null ? _token.IsCancellationRequested : _ofRankZero.IsCancelled;

    /// <summary>The time on the clock of this process, also if another rank decides.</summary>
    public TimeSpan OwnElapsed => _start is { } start ? EarlierTime + _clock.GetElapsedTime(start) : TimeSpan.Zero;

    private OperationCanceledException Cancelled()
    {
        EndsAllRanks = true;
        return new OperationCanceledException(_token);
    }

    private string During => Reports.Current is { } phase ? $", while this phase ran: {phase.Description}" : "";
}

/// <summary>What decides whether training must end: the time of a clock, and the state of a token.</summary>
/// <param name="Ticks">The time since the start, in ticks of <see cref="TimeSpan"/>.</param>
/// <param name="IsCancelled">Whether the token is cancelled.</param>
/// <param name="Throws">Whether a cancelled training throws.</param>
internal readonly record struct StopNotice(long Ticks, bool IsCancelled, bool Throws);

/// <summary>The work between two checks.</summary>
internal sealed record CheckFrequency
{
    /// <summary>Work outside of training steps, in operations of about a nanosecond.</summary>
    public long Work { get; init; } = WorkMeter.DefaultPortion;

    /// <summary>
    /// A training step with at least this number of multiplications and additions has checks within the step. Smaller steps are short
    /// enough.
    /// </summary>
    public double LargeStep { get; init; } = 5e9;

    /// <summary>Multiplications and additions of a training step between two checks.</summary>
    public double StepPortion { get; init; } = 1e9;

    /// <summary>Minimum number of rows between two checks; smaller matrix products would be slower.</summary>
    public int MinRows { get; init; } = 64;

    /// <summary>Minimum number of parameters that are differentiated together.</summary>
    public int MinParameters { get; init; } = 1024;
}

/// <summary>Optional work was abandoned, because training had to end.</summary>
internal sealed class WorkGivenUpException : Exception;
