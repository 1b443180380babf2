using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>Warns of options that are valid alone, but have no effect or another effect in combination.</summary>
internal static class PlanWarnings
{
    private const string Number = nameof(TrainingOptions.NumberOfIterations);

    // With few steps, a schedule may have the same factor at each of them. So it is checked with this many steps.
    private const int Samples = 1024;

    /// <summary>Checks the plan of a run.</summary>
    /// <param name="options">The plan.</param>
    /// <param name="examples">Examples of an epoch.</param>
    /// <param name="hasValidation">Whether there are validation checks.</param>
    /// <param name="reports">Receives the warnings.</param>
    public static void Check(TrainingOptions options, int examples, bool hasValidation, RunReports reports)
    {
        var first = new TrainingMoment(0, Samples, options.NumberOfIterations, examples);
        foreach (var (name, schedule) in Schedules(options))
        {
            if (schedule is null or ConstantSchedule) continue;
            if (schedule is ReduceOnPlateau plateau) CheckPlateau(options, name, plateau, hasValidation, reports);
            else if (schedule.FollowsPlan && !Changes(schedule, first))
                reports.Warn(
                    $"{name} ({schedule}) has no effect: its factor is the same in all {options.NumberOfIterations:N0} epochs ({Number}).");
        }
        if (hasValidation && options.EarlyStopping is { } rule) CheckPatience(rule, options.NumberOfIterations, reports);
    }

    private static IEnumerable<(string Name, Schedule? Schedule)> Schedules(TrainingOptions options) =>
    [
        (nameof(TrainingOptions.LearningRateSchedule), options.LearningRateSchedule),
        (nameof(TrainingOptions.WeightDecaySchedule), options.WeightDecaySchedule),
        (nameof(TrainingOptions.MomentumSchedule), options.MomentumSchedule),
        (nameof(TrainingOptions.DropoutSchedule), options.DropoutSchedule),
        (nameof(TrainingOptions.LabelSmoothingSchedule), options.LabelSmoothingSchedule),
    ];

    private static bool Changes(Schedule schedule, TrainingMoment first)
    {
        var last = first.TotalSteps - 1;
        var factor = schedule.FactorAt(first);
        for (var i = 1; i <= Samples; i++)
            if (schedule.FactorAt(first with { Step = (long)((double)last * i / Samples) }) != factor) return true;
        return false;
    }

    private static void CheckPatience(EarlyStopping rule, int epochs, RunReports reports)
    {
        const string stopping = nameof(EarlyStopping), patience = nameof(EarlyStopping.Patience), interval = nameof(EarlyStopping.Interval);
        if (rule.Patience >= rule.Interval || rule.Interval >= epochs) return;
        var intervals = FormattableString.Invariant(
            $"{patience} is {rule.Patience:N0} epochs, and a check runs every {rule.Interval:N0} epochs ({interval})");
        var advice = $"Set {patience} to several times {interval}.";
        reports.Warn($"{stopping} ends training at the first validation check without improvement: {intervals}. {advice}");
    }

    private static void CheckPlateau(TrainingOptions options, string name, ReduceOnPlateau plateau, bool hasValidation, RunReports reports)
    {
        var interval = hasValidation ? options.EarlyStopping?.Interval ?? 1 : 1;
        var wait = (plateau.Patience + 1L) * interval;
        if (hasValidation && options.EarlyStopping is { } rule && rule.Patience <= wait) Warn(nameof(EarlyStopping), rule.Patience);
        else if (!hasValidation && options.LossTolerance is { } tolerance && tolerance.Patience + 1L <= wait)
            Warn(nameof(LossTolerance), tolerance.Patience + 1L);

        void Warn(string option, long epochs)
        {
            const string kind = nameof(ReduceOnPlateau);
            var what = FormattableString.Invariant(
                $"it waits for {wait:N0} epochs without improvement, and {option} ends training after {epochs:N0}");
            reports.Warn($"{name} ({kind}) has no effect: {what}. Decrease {kind}.Patience, or increase {option}.Patience.");
        }
    }
}
