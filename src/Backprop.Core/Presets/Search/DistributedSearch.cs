using Backprop.Distribution;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>A search whose trials are distributed over ranks. Rank 0 draws and selects them; the result is the same on all ranks.</summary>
internal static class DistributedSearch
{
    /// <summary>Runs the search. The arguments are those of <see cref="SearchRun"/>, and must be the same on all ranks.</summary>
    /// <exception cref="NotSupportedException">The networks cannot be sent to another rank.</exception>
    public static TrainingResult Run(
        ICommunicator communicator, Search search, SearchSpace space, PresetValues preset, ITrialRunner runner, StopCondition stop)
    {
        TrialFormat.CheckCanBeSent(runner.BuildNetwork(TrialSettings.First), preset.Training.Loss);
        stop.StartClock();
        return DynamicSchedule.Run(
            communicator, queue => new SearchRun(search, space, preset, runner, stop, queue).Run(), Work, TrialFormat.ToBytes,
            bytes => TrialFormat.ReadResult(bytes, space, preset), text => stop.Reports.Note($"{text}"));

        byte[] Work(byte[] item, CancellationToken notNeeded)
        {
            using var token = stop.LinkedTo(notNeeded);
            // Only rank 0 uses the cost.
            var trial = new PlannedTrial(TrialFormat.ReadSettings(item, space, preset), Cost: 0);
            return TrialFormat.ToBytes(TrialOutcome.Of(trial, runner, stop.ForTrial(token.Token), stop));
        }
    }
}
