using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>Checks how a run ended, and warns if the end does not fit the plan.</summary>
/// <param name="options">The plan.</param>
/// <param name="stop">Why training had to end, if it had to.</param>
/// <param name="plan">The steps that were planned and made.</param>
/// <param name="state">The learning rates of the run.</param>
internal sealed class EndOfRun(TrainingOptions options, StopCondition stop, TimePlan plan, TrainingState state)
{
    private const string RateSchedule = nameof(TrainingOptions.LearningRateSchedule);

    // Below this share of LearningRate, a rising schedule has hardly begun.
    private const double LowShareOfRate = 0.1;

    // From this share of its steps on, a schedule is regarded as finished.
    private const double FinishedShare = 0.9;

    private readonly double _rate = options.LearningRate ?? options.Optimizer.DefaultLearningRate;

    /// <summary>Reports the end.</summary>
    /// <param name="epochs">How many epochs were begun.</param>
    public void Report(int epochs)
    {
        var planned = options.NumberOfIterations;
        var isCancelled = stop.IsCancelled;
        var isTimeUp = !isCancelled && stop.MustEnd && plan.Last.Step + 1 < (long)plan.Last.StepsPerEpoch * planned;
        if (!isCancelled && !isTimeUp && epochs == planned) return;
        if (isTimeUp) ReportTime(epochs);
        else if (state.HighestLearningRate < LowShareOfRate * _rate) WarnOfLowRate(epochs, isCancelled);
        if (options.WeightAveraging is not StochasticWeightAveraging averaging) return;
        if (plan.Last.Step + 1 >= averaging.StartShare * plan.Last.TotalSteps) return;
        const string name = $"{nameof(TrainingOptions.WeightAveraging)} ({nameof(StochasticWeightAveraging)})";
        var begin = FormattableString.Invariant($"it begins after {averaging.StartShare:P0} of {planned:N0} epochs");
        stop.Reports.Warn($"{name} had no effect: {begin}, and training ended after {epochs:N0}.");
    }

    private void ReportTime(int epochs)
    {
        const string limit = nameof(TrainingOptions.MaximumTrainingTime), iterations = nameof(TrainingOptions.NumberOfIterations);
        var what = FormattableString.Invariant(
            $"{limit} ({stop.Limit}) ended training after {epochs:N0} of {options.NumberOfIterations:N0} epochs.");
        if (!IsFarFromItsEnd(options.LearningRateSchedule))
        {
            stop.Reports.Note($"{what}{(plan.IsShortened ? " Schedules ended with the time." : "")}");
            return;
        }
        var reached = FormattableString.Invariant($"the learning rate had reached at most {state.HighestLearningRate:G2} of {_rate:G2}");
        var planned = FormattableString.Invariant($"{RateSchedule} was planned for {plan.Last.Epochs:N0} epochs");
        stop.Reports.Warn($"{what} {planned}: {reached}. Set {iterations} to about {epochs:N0}, or increase {limit}.");
    }

    // Schedules that count epochs or depend on the loss have no planned end.
    private bool IsFarFromItsEnd(Schedule schedule)
    {
        TrainingMoment last = plan.Last, atEnd = last.WithTotalSteps(last.Step + 1);
        if ((last.Step + 1) >= FinishedShare * last.TotalSteps || !schedule.FollowsPlan) return false;
        return Math.Abs(schedule.FactorAt(last) - schedule.FactorAt(atEnd)) > LowShareOfRate
            || state.HighestLearningRate < LowShareOfRate * _rate;
    }

    private void WarnOfLowRate(int epochs, bool isCancelled)
    {
        var advice = isCancelled
            ? $"Set {nameof(TrainingOptions.NumberOfIterations)} to the number of epochs that the time allows, "
                + $"or set {nameof(TrainingOptions.MaximumTrainingTime)}, which schedules follow."
            : $"Increase the patience of {nameof(EarlyStopping)} or {nameof(LossTolerance)}, or shorten the warm-up.";
        var what = FormattableString.Invariant(
            $"Training {(isCancelled ? "was cancelled" : "ended")} after {epochs:N0} of {options.NumberOfIterations:N0} epochs");
        var highest = state.HighestLearningRate;
        var reached = FormattableString.Invariant($"the learning rate had reached at most {highest:G2} of {_rate:G2}");
        stop.Reports.Warn($"{what}, before {RateSchedule} had risen: {reached}. {advice}");
    }
}
