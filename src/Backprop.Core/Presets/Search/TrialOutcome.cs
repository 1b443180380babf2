using Backprop.Distribution;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>A trial that a search will train.</summary>
/// <param name="Settings">What the trial changes.</param>
/// <param name="Cost">Its cost, as a multiple of that of the first trial.</param>
internal sealed record PlannedTrial(TrialSettings Settings, double Cost);

/// <summary>What became of a trial.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Result">The trained network; null if training diverged, or did not happen.</param>
/// <param name="Duration">The time of the training.</param>
/// <param name="EndsSearch">Whether the search must end: its time is over, or it is cancelled.</param>
internal sealed record TrialOutcome(PlannedTrial Trial, TrainingResult? Result, TimeSpan Duration, bool EndsSearch)
{
    /// <summary>The outcome of a trial for which the search has no time.</summary>
    public static TrialOutcome End(PlannedTrial trial) => new(trial, null, TimeSpan.Zero, EndsSearch: true);

    /// <summary>Trains a trial. If training diverges, the outcome has no result.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="runner">Trains it.</param>
    /// <param name="own">Ends this trial.</param>
    /// <param name="stop">Ends the search.</param>
    /// <param name="group">The ranks that train it together; null for this process alone. On another rank than the first, the outcome has
    /// no meaning.</param>
    public static TrialOutcome Of(
        PlannedTrial trial, ITrialRunner runner, StopCondition own, StopCondition stop, ICommunicator? group)
    {
        try
        {
            var result = runner.Train(trial.Settings, own, group);
            return new TrialOutcome(trial, result, own.Elapsed, stop.MustEnd);
        }
        catch (TrainingDivergedException)
        {
            return new TrialOutcome(trial, null, own.Elapsed, EndsSearch: false);
        }
        catch (Exception problem) when (MeansEnd(problem, stop) || (problem is OperationCanceledException && group is { Rank: > 0 }))
        {
            return End(trial); // the token is that of the first rank
        }
    }

    /// <summary>Whether an exception means that the search must end, with the trials so far.</summary>
    public static bool MeansEnd(Exception problem, StopCondition stop) =>
        problem is TimeoutException or WorkGivenUpException || (problem is OperationCanceledException && stop.IsCancelled);
}
