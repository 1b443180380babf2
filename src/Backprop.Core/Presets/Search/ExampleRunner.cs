using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Trains the trials of a search on examples in memory.</summary>
/// <param name="preset">The values of the first trial.</param>
/// <param name="profile">The kind of target and the size of the data.</param>
/// <param name="training">The training examples.</param>
/// <param name="validation">The validation examples; null for k-fold bagging.</param>
/// <param name="outputs">Scores per example.</param>
internal sealed class ExampleRunner(
    PresetValues preset, DatasetProfile profile, ExampleSet training, ExampleSet? validation, int outputs) : ITrialRunner
{
    /// <summary>The options that are varied.</summary>
    public SearchSpace Space { get; } = (preset.Search!.Space ?? SearchSpace.For(profile)).Without(preset);

    /// <inheritdoc/>
    public Network BuildNetwork(TrialSettings trial) => ValuesOf(trial).BuildNetwork(training, outputs);

    /// <inheritdoc/>
    public string? ObstacleToSharing(TrialSettings trial) => TrainerOf(trial).ObstacleToRanks(BuildNetwork(trial));

    /// <inheritdoc/>
    public TrainingResult? Train(TrialSettings trial, StopCondition stop, ICommunicator? group)
    {
        var (network, trainer) = (BuildNetwork(trial), TrainerOf(trial));
        return DistributedMembers.OfTrial(
            group, trainer, network,
            (members, own) => members is null
                ? trainer.Train(network, training, validation, initial: null, progress: null, own)
                : trainer.Train(network, training, validation, initial: null, progress: null, own, ranks: null, members),
            stop);
    }

    /// <inheritdoc/>
    public TrainingResult Calibrate(TrainingResult first, TrainedNetwork blend, StopCondition stop) =>
        Trainer.Calibrate(preset.Training, first, blend, stop);

    private Trainer TrainerOf(TrialSettings trial) => new(trial.OptionsFrom(ValuesOf(trial).Training));

    private PresetValues ValuesOf(TrialSettings trial) => Space.Apply(preset, trial.Values);
}
