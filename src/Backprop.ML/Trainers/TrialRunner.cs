using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.ML;

/// <summary>Trains the trials of a search: each has the options of the trainer, and other values of those that the search varies.</summary>
/// <param name="plan">The plan of the first trial.</param>
/// <param name="input">The rows, in memory.</param>
/// <param name="options">The options of the first trial.</param>
/// <param name="trainerFor">Creates the trainer for some options.</param>
/// <param name="traitsOf">Measures the traits of the features that some options need.</param>
/// <param name="progress">Receives the epochs of the first trial.</param>
internal sealed class TrialRunner(
    TrainingPlan plan, TrainingInput input, BackpropTrainer.Options options, Func<BackpropTrainer.Options, TrainingOptions> trainerFor,
    Func<BackpropTrainer.Options, FeatureTraits> traitsOf, IProgress<EpochReport> progress) : ITrialRunner
{
    private readonly Dictionary<(bool, int), FeatureTraits> _traits = [];

    /// <inheritdoc/>
    public Network BuildNetwork(TrialSettings trial) => BuildNetwork(options.With(trial.Values));

    /// <inheritdoc/>
    public string? ObstacleToSharing(TrialSettings trial) => TrainerOf(trial).ObstacleToRanks(BuildNetwork(trial));

    /// <inheritdoc/>
    public TrainingResult? Train(TrialSettings trial, StopCondition stop, ICommunicator? group)
    {
        var (network, trainer) = (BuildNetwork(trial), TrainerOf(trial));
        var listener = trial.Number == 0 ? progress : null;
        return DistributedMembers.OfTrial(
            group, trainer, network,
            (members, own) =>
                trainer.Train(network, input.Memory!, input.Validation, initial: null, listener, own, ranks: null, members),
            stop);
    }

    /// <inheritdoc/>
    public TrainingResult Calibrate(TrainingResult first, TrainedNetwork blend, StopCondition stop) =>
        Trainer.Calibrate(trainerFor(options), first, blend, stop);

    private Trainer TrainerOf(TrialSettings trial) => new(trial.OptionsFrom(trainerFor(options.With(trial.Values))));

    // Only two options of a trial decide what is measured.
    private Network BuildNetwork(BackpropTrainer.Options own)
    {
        var measured = (own.QuantileTransform, own.MaximumIndicatedValues);
        if (!_traits.TryGetValue(measured, out var traits)) _traits[measured] = traits = traitsOf(own);
        return plan.MakeNetwork(own, traits);
    }
}
