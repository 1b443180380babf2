using Backprop.Distribution;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>A search whose trials are distributed over groups of ranks, and the members of a trial over the ranks of its group. Rank 0
/// draws and selects trials; the result is the same on all ranks.</summary>
internal static class DistributedSearch
{
    private const string RanksPerTrial = nameof(Distributed.RanksPerTrial);

    /// <summary>Runs the search. The arguments are those of <see cref="SearchRun"/>, and must be the same on all ranks.</summary>
    /// <exception cref="ArgumentException"><see cref="Distributed.RanksPerTrial"/> is more than the ranks, or an option of the first
    /// trial needs all members in one process.</exception>
    /// <exception cref="NotSupportedException">The networks cannot be sent to another rank.</exception>
    public static TrainingResult Run(
        Distributed distributed, Search search, SearchSpace space, PresetValues preset, ITrialRunner runner, StopCondition stop)
    {
        var communicator = distributed.Communicator;
        TrialFormat.CheckCanBeSent(runner.BuildNetwork(TrialSettings.First), preset.Training.Loss);
        var plan = PlanFor(distributed, new SearchRun(search, space, preset, runner, stop).CostsOfFirstBatch(), runner);
        if (communicator is { Rank: 0, Size: > 1 }) plan.Report("trial", text => stop.Reports.Note($"{text}"), stop.Reports.Advise);
        stop.StartClock();
        return DynamicSchedule.Run(
            communicator, plan.Groups, queue => new SearchRun(search, space, preset, runner, stop, queue).Run(), Work,
            TrialFormat.ToBytes, bytes => TrialFormat.ReadResult(bytes, space, preset), text => stop.Reports.Note($"{text}"));

        byte[] Work(byte[] item, ICommunicator group, CancellationToken notNeeded)
        {
            using var token = stop.LinkedTo(notNeeded);
            // Only rank 0 uses the cost.
            var trial = new PlannedTrial(TrialFormat.ReadSettings(item, space, preset), Cost: 0);
            var outcome = TrialOutcome.Of(trial, runner, stop.ForTrial(token.Token), stop, group);
            return group.Rank == 0 ? TrialFormat.ToBytes(outcome) : [];
        }
    }

    // All ranks have the same plan, because options and data are the same.
    private static GroupPlan PlanFor(Distributed distributed, double[] costs, ITrialRunner runner)
    {
        var ranks = distributed.Communicator.Size;
        var size = ranks == 1 ? null : distributed.RanksPerTrial;
        if (size > ranks)
            throw new ArgumentException(
                $"{RanksPerTrial} of {nameof(Distributed)} is {size}, but there are {ranks} ranks. Use at most {ranks}, or null.",
                nameof(distributed));
        var obstacle = ranks == 1 || size == 1 ? null : runner.ObstacleToSharing(TrialSettings.First);
        if (size > 1 && obstacle is not null)
            throw new ArgumentException(
                $"{RanksPerTrial} of {nameof(Distributed)} is {size}. {obstacle} To train whole trials on each rank, set "
                + $"{RanksPerTrial} to 1.",
                nameof(distributed));
        var members = obstacle is null ? runner.BuildNetwork(TrialSettings.First).EnsembleSize : 1;
        return size is { } some ? GroupPlan.OfSize(ranks, some, costs, members) : GroupPlan.Best(ranks, costs, members);
    }
}
