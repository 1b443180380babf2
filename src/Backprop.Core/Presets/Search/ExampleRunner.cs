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
    public SearchSpace Space { get; } = preset.Search!.Space ?? SearchSpace.For(profile);

    /// <inheritdoc/>
    public Network BuildNetwork(TrialSettings trial) => ValuesOf(trial).BuildNetwork(training, outputs);

    /// <inheritdoc/>
    public TrainingResult Train(TrialSettings trial, StopCondition stop)
    {
        var values = ValuesOf(trial);
        return new Trainer(trial.OptionsFrom(values.Training)).Train(
            values.BuildNetwork(training, outputs), training, validation, initial: null, progress: null, stop);
    }

    /// <inheritdoc/>
    public TrainingResult Calibrate(TrainingResult first, TrainedNetwork blend, StopCondition stop) =>
        Trainer.Calibrate(preset.Training, first, blend, stop);

    private PresetValues ValuesOf(TrialSettings trial) => Space.Apply(preset, trial.Values);
}
