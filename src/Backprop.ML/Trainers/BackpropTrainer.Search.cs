using Backprop.Distribution;
using Backprop.Losses;
using Backprop.ML.Reporting;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // Searches for better values of options: Options.Search.

    private TrainingResult Train(
        IChannel channel, TrainingPlan plan, TrainingInput data, Options options, TrainedNetwork? initial, EpochProgress progress,
        StopCondition stop, TrainingAgreement agreement)
    {
        if (SearchFor(plan, data, options, initial) is { } search)
        {
            agreement.Reach(options, TrainingOptionsFor(plan, data, options), data, stop);
            return Search(search with { Progress = new TrialProgress(channel, search.Progress) }, plan, data, options, progress, stop);
        }
        var network = plan.MakeNetwork(
            initial is null ? TraitsOf(plan, data, options, stop) : FeatureTraits.Of(initial.Network, data.Columns));
        if (initial is not null) initial = MoreOutputs.With(initial, network);
        var training = TrainingOptionsFor(plan, data, options);
        if (options.Distributed is { Shards: 1 } distributed) return TrainMembers(distributed.Communicator);
        var trainer = new Trainer(training with { Distributed = options.Distributed });
        if (options.Distributed is not null) agreement.Reach(options, training, data, stop);
        return data.Stream is { } stream
            ? trainer.Train(network, stream, data.Validation, initial, progress, stop)
            : trainer.Train(network, data.Memory!, data.Validation, initial, progress, stop);

        TrainingResult TrainMembers(ICommunicator communicator)
        {
            var ofMembers = new Trainer(training);
            DistributedMembers.Check(communicator, ofMembers, network);
            agreement.Reach(options, training, data, stop);
            return DistributedMembers.Run(communicator, network, TrainOn, stop);

            TrainingResult? TrainOn(MemberRanks? members, StopCondition own) => data.Stream is { } rows
                ? ofMembers.Train(network, rows, data.Validation, initial, progress, own, ranks: null, members)
                : ofMembers.Train(network, data.Memory!, data.Validation, initial, progress, own, ranks: null, members);
        }
    }

    private TrainingResult Search(
        Search search, TrainingPlan plan, TrainingInput data, Options options, EpochProgress progress, StopCondition stop)
    {
        var profile = plan.DatasetProfile with { Rows = RowsOf(data, plan.DatasetProfile.HasValidation) };
        var chosen = OptionTable.All.Select(option => option.Name).Where(_options.IsChosen);
        var runner = new TrialRunner(
            plan, data, options, own => TrainingOptionsFor(plan, data, own), own => TraitsOf(plan, data, own, stop), progress);
        var preset = options.Resolved();
        preset = preset with { Training = preset.Training with { Seed = _seed, Loss = plan.Loss } };
        var space = (search.Space ?? SearchSpace.For(profile)).Without([.. chosen, .. OptionsWithoutEffect(options)]).Without(preset);
        return options.Distributed is { } distributed
            ? DistributedSearch.Run(distributed, search, space, preset, runner, stop)
            : new SearchRun(search, space, preset, runner, stop).Run();
    }

    // A loss of the user's own has its own smoothing, and monotone networks need monotone activations.
    private static IEnumerable<string> OptionsWithoutEffect(Options options)
    {
        if (options.MonotoneConstraints is not null) yield return nameof(Options.Activation);
        if (options.LossFunction is not null) yield return nameof(Options.LabelSmoothing);
    }

    // Null without a search, or where a preset has one and the data or other options do not allow it.
    private Search? SearchFor(TrainingPlan plan, TrainingInput data, Options options, TrainedNetwork? initial)
    {
        const string distributed = nameof(Options.Distributed), shards = nameof(Distributed.Shards);
        if (options.Search is not { } search)
        {
            if (options is { Distributed.Shards: 1, EnsembleSize: 1 })
                throw Host.ExceptParam(
                    distributed,
                    "{0} distributes the trials of a search, or the members of an ensemble, but there is no search, and {4} is 1. Set {1}, "
                    + "use {2}.{3}, increase {4}, or set {0} to null. To distribute the steps of one training, set {5} of {0}. To "
                    + "distribute folds or seeds, use ml.FitDistributed.",
                    distributed, nameof(Options.Search), nameof(Preset), nameof(Preset.Best), nameof(Options.EnsembleSize), shards);
            if (options.Distributed is { RanksPerTrial: not null })
                throw Host.ExceptParam(
                    distributed, "{0} of {1} divides the ranks of a search, but there is no search. Set {0} to null, or set {2}.",
                    nameof(Distributed.RanksPerTrial), distributed, nameof(Options.Search));
            return null;
        }
        if (options.Distributed is { Shards: > 1 })
            throw Host.ExceptParam(
                distributed,
                "{0} of {1} divide the steps of one training, but {2} trains several networks. Set {2} to null, or {0} to 1.", shards,
                distributed, nameof(Options.Search));
        if (ObstacleToSearch(plan, data, options, initial) is not { } obstacle) return search;
        if (!_options.IsChosen(nameof(Options.Search)) && options.Distributed is null) return null;
        throw Host.ExceptParam(
            nameof(Options.Search), "{0} compares networks on held-out rows, but {1}. Set {0} to null.", nameof(Options.Search), obstacle);
    }

    private static string? ObstacleToSearch(
        TrainingPlan plan, TrainingInput data, Options options, TrainedNetwork? initial)
    {
        if (plan.Loss is GroupLoss) return $"{plan.Loss.GetType().Name} is a loss of whole groups, which a search does not compare";
        if (!plan.Task.HasLabel) return $"{plan.Task.Name} has no label to compare them by";
        if (initial is not null) return "training continues from a model, whose network stays";
        if (options.InitialParameters is not null) return $"{nameof(Options.InitialParameters)} fits a single network";
        if (data.Stream is not null) return "the rows are not in memory";
        if (options.EarlyStopping is { RefitOnAllRows: true }) return $"{nameof(EarlyStopping.RefitOnAllRows)} trains on them";
        if (data.Validation is null && !options.KFoldBagging)
            return $"no rows are held out ({nameof(Options.KFoldBagging)}, {nameof(Options.ValidationFraction)})";
        return null;
    }
}
