using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>Checks before a run that network, examples, earlier network and options fit each other.</summary>
internal sealed class RunChecks(TrainingOptions options)
{
    /// <summary>Checks everything that can be checked before the first step.</summary>
    /// <exception cref="ArgumentException">The arguments do not fit each other. The message says which, and what is allowed.</exception>
    public void Check(Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial)
    {
        CheckShapes(network, training, validation);
        CheckStart(network, initial);
        CheckLoss(network);
        GroupChecks.Check(options.Loss, options.EarlyStopping?.Metric, training, validation);
        if (options.KFoldBagging) CheckKFoldBagging(network, training, validation, initial);
        CheckEnsemble(network);
        CheckShards(network);
        CheckAutoencoder(network);
        CheckMetric(network);
        CheckMissingTargets(training, nameof(training));
        if (validation is not null) CheckMissingTargets(validation, nameof(validation));
        options.Loss.CheckTargets(training.Targets, network.Outputs, nameof(training));
        if (validation is not null) options.Loss.CheckTargets(validation.Targets, network.Outputs, nameof(validation));
        CheckMetricIsDefined(network, validation ?? (options.KFoldBagging ? training : null), nameof(validation));
    }

    private void CheckShapes(Network network, ExampleSet training, ExampleSet? validation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        if (training.FeatureCount != network.Inputs)
            throw new ArgumentException(
                $"Network {network} has {network.Inputs} inputs, but the training examples have {training.FeatureCount} features. " +
                    $"Both must be equal.",
                nameof(training));
        CheckMissing(network, training, nameof(training));
        if (validation is not null) CheckMissing(network, validation, nameof(validation));
        if (!options.Loss.FitsTargets(network.Outputs, training.TargetCount))
            throw new ArgumentException(
                $"Network {network} has {network.Outputs} outputs, but {training.TargetCount} target columns do not fit this number with " +
                    $"the loss {options.Loss}.",
                nameof(training));
        if (validation is not null && (validation.FeatureCount != training.FeatureCount || validation.TargetCount != training.TargetCount))
            throw new ArgumentException(
                $"The validation examples have {validation.FeatureCount} features and {validation.TargetCount} targets, but the training " +
                    $"examples have {training.FeatureCount} and {training.TargetCount}. Both must have the same columns.",
                nameof(validation));
    }

    private void CheckStart(Network network, TrainedNetwork? initial)
    {
        if (options.OutputBiasPrior) OutputBias.Check(network);
        if (options.InitialParameters is { } given) CheckInitialParameters(given.Span, network);
        if (options.OptimizerMemory is { } memory)
            CheckMemory(memory, continues: initial is not null || options.InitialParameters is not null);
        if (initial is not null && initial.Network.HasMonotoneConstraints != network.HasMonotoneConstraints)
        {
            throw new ArgumentException(
                $"The initial network has {ConstraintsOf(initial.Network)}, but network {network} has {ConstraintsOf(network)}. Both must "
                + "have the same constraints. Otherwise, train a new network.", nameof(initial));
        }
        if (initial is not null && !initial.Network.Layers.SequenceEqual(network.Layers))
            throw new ArgumentException(
                $"The initial network {initial.Network} ({initial.Network.ParameterCount} parameters) has another shape than {network} " +
                    $"({network.ParameterCount} parameters). Both must have the same layers.",
                nameof(initial));
        if (initial?.Targets is not null && !options.Loss.AllowsTargetScaling)
            throw new ArgumentException(
                $"The initial network was trained on scaled targets, but {options.Loss} does not allow target scaling. Use another loss, " +
                    $"or train a new network.",
                nameof(initial));
    }

    private void CheckMemory(OptimizerMemory memory, bool continues)
    {
        const string option = nameof(TrainingOptions.OptimizerMemory);
        if (options.Optimizer is not Optimizers.StepwiseOptimizer)
            throw new ArgumentException(
                $"{option} {memory} cannot be used: {options.Optimizer.GetType().Name} begins without memory.");
        if (!continues)
            throw new ArgumentException(
                $"{option} {memory} belongs to the parameters of that training. Continue from its network: pass it as the initial "
                + "network.");
    }

    private void CheckLoss(Network network)
    {
        if (options.Optimizer.UsesLineSearch && network.Layers.FirstOrDefault(layer => layer.IsRandom) is { } random)
            throw new ArgumentException(
                $"{options.Optimizer.GetType().Name} needs a loss that does not change from step to step, but {random} is random. Remove " +
                    $"this layer, or use another optimizer.",
                nameof(network));
    }

    private void CheckEnsemble(Network network)
    {
        if (options.Uncertainty && network.EnsembleSize < 2)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.Uncertainty)} is the spread of an ensemble, but network {network} has one member. Use at least "
                + $"two, or set {nameof(TrainingOptions.Uncertainty)} to false.", nameof(network));
        if (options.Optimizer.UsesLineSearch && network.EnsembleSize > 1)
            throw new ArgumentException(
                $"{options.Optimizer.GetType().Name} makes one line search for all {network.EnsembleSize} members of network {network}, " +
                    $"but members must be trained independently. Use another optimizer, or a network without an ensemble.",
                nameof(network));
    }

    private void CheckShards(Network network)
    {
        if (options.Distributed is not { Shards: > 1 }) return;
        if (network.Layers.FirstOrDefault(layer => layer is IBatchStatistics) is not { } layer) return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.Distributed)} with several {nameof(Distributed.Shards)} cannot train {layer.Caption}, which "
            + $"measures whole batches. Use {nameof(NetworkBuilder.LayerNormalization)}, or set {nameof(Distributed.Shards)} to 1.",
            nameof(network));
    }

    // The distribution of errors is that of one network on rows that it was not trained on.
    private void CheckAutoencoder(Network network)
    {
        if (network.Layers[^1] is not IWeighsErrors) return;
        if (options.EarlyStopping is { RefitOnAllRows: true }) throw Refusal(nameof(EarlyStopping.RefitOnAllRows), "trains on them");
        if (options.KFoldBagging) throw Refusal(nameof(TrainingOptions.KFoldBagging), "leaves none for all members");
        if (options.PredictionIntervals is not null) throw Refusal(nameof(TrainingOptions.PredictionIntervals), "needs a target");
        if (options.Uncertainty) throw Refusal(nameof(TrainingOptions.Uncertainty), "needs a prediction of each member");

        ArgumentException Refusal(string option, string reason) => new(
            $"The errors of an autoencoder are calibrated on held-out examples, but {option} {reason}. Do not set {option}.",
            nameof(network));
    }

    /// <summary>Checks that there are enough validation examples for intervals.</summary>
    /// <param name="held">The examples that are held out; null for none.</param>
    /// <exception cref="ArgumentException">There are too few.</exception>
    public void CheckIntervals(ExampleSet? held)
    {
        if (options.PredictionIntervals is not { } intervals) return;
        const string option = nameof(TrainingOptions.PredictionIntervals);
        if (options.Loss is LossPerTarget { LabelAmongNumbers: { } ofLabel })
        {
            throw new ArgumentException(
                $"{option} are intervals of real values, but {ofLabel} is for a target of 0 or 1. Set {option} to null, or train that "
                + "target alone.", nameof(held));
        }
        if (held is null)
            throw new ArgumentException(
                $"{option} are calibrated on held-out examples, but there are none. Pass validation examples, or set "
                + $"{nameof(TrainingOptions.KFoldBagging)} or {nameof(Conformal.HeldOutFraction)}.", nameof(held));
        var complete = ConformityScores.CompleteRows(held.Targets).Length;
        if (complete < intervals.MinRows)
            throw new ArgumentException(
                $"{option} with a {nameof(Conformal.Coverage)} of {intervals.Coverage} need at least {intervals.MinRows} held-out "
                + $"examples{(complete < held.Count ? " with all targets" : "")}, but there are {complete}. Hold out more "
                + "examples, or use a lower coverage.", nameof(held));
    }

    private void CheckMissingTargets(ExampleSet examples, string name)
    {
        if (!examples.HasMissingTargets) return;
        if (options.Loss.TargetKind != TargetKind.Real || options.Loss is not RowLoss || options.Loss.Link == LossLink.Unknown)
            throw new ArgumentException(
                $"The {name} examples have missing targets, which are for losses of real targets in this assembly, not for {options.Loss}. "
                + "Remove the rows with missing targets.", name);
        for (var row = 0; row < examples.Count; row++)
            if (!ExampleSet.AreTargets(examples.Targets.Row(row)))
                throw new ArgumentException($"Row {row} of the {name} examples has no target. Remove this row.", name);
        for (var target = 0; target < examples.TargetCount; target++)
            if (TargetMeans.KnownRows(examples.Targets, target).Length == 0)
                throw new ArgumentException(
                    $"Target {target} is missing in all {examples.Count} {name} examples. Add rows with this target, or remove it.", name);
    }

    private void CheckMetric(Network network)
    {
        if (options.EarlyStopping?.Metric is { } metric && !metric.Suits(options.Loss.TargetKind))
            throw new ArgumentException(
                $"{nameof(EarlyStopping)} selects by {metric}, but this metric does not suit the {options.Loss.TargetKind} targets of " +
                    $"{options.Loss}. Use another metric, or select by the loss: {nameof(EarlyStopping.Metric)} = null.",
                nameof(network));
    }

    private void CheckMetricIsDefined(Network network, ExampleSet? validated, string name)
    {
        if (options.EarlyStopping?.Metric is not { } metric || validated is null) return;
        if (MetricNeeds.Lack(metric, options.Loss, network.Outputs, validated.Targets, validated.Weights) is not { } lack) return;
        throw new ArgumentException(
            $"{nameof(EarlyStopping)} selects by {metric}, but it is not defined for the {validated.Count} validation examples: {lack}. " +
            $"Use other examples, or select by the loss: {nameof(EarlyStopping.Metric)} = null.", name);
    }

    private static void CheckKFoldBagging(Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial)
    {
        const string name = nameof(TrainingOptions.KFoldBagging);
        if (network.EnsembleSize < 2)
            throw new ArgumentException(
                $"{name} needs an ensemble of at least two members, but network {network} has {network.EnsembleSize}.", nameof(network));
        foreach (var layer in network.Layers.Take(network.LayerOfMembers))
            if (layer.Blocks.Any(block => block.Role != ParameterRole.Statistic))
                throw new ArgumentException(
                    $"{name} needs members that share no learned parameters, but {layer.Caption} is trained on all rows.", nameof(network));
        if (training.Count < network.EnsembleSize)
            throw new ArgumentException(
                $"{name} holds out different examples for each of {network.EnsembleSize} members, but there are {training.Count}. Use at " +
                    $"least {network.EnsembleSize} examples or fewer members, or set {name} to false.",
                nameof(training));
        if (validation is not null)
            throw new ArgumentException(
                $"{name} validates each member on its own fold, so it cannot be combined with other validation data.",
                nameof(validation));
        if (initial is not null)
            throw new ArgumentException(
                $"{name} cannot continue from an earlier network: its members may have been trained on rows that now validate them.",
                nameof(initial));
    }

    private static void CheckMissing(Network network, ExampleSet examples, string name)
    {
        if (!examples.HasMissing || network.Layers[0] is IReplacesMissing) return;
        throw new ArgumentException(
            $"The {name} examples have missing values, but the network begins with {network.Layers[0].Caption}. It must begin with " +
            $"{nameof(NetworkBuilder.Imputation)}.", name);
    }

    private static void CheckInitialParameters(ReadOnlySpan<Real> initialParameters, Network network)
    {
        if (initialParameters.Length != network.ParameterCount)
        {
            var shapes = network.Layers.SelectMany(layer => layer.Blocks.Select(block => ShapeOf(layer, block)));
            throw new ArgumentException(
                $"Network {network} has {network.ParameterCount} parameters ({string.Join(", ", shapes)}), but " +
                    $"{nameof(TrainingOptions.InitialParameters)} has {initialParameters.Length}.",
                nameof(initialParameters));
        }
        for (var i = 0; i < initialParameters.Length; i++)
            if (!Real.IsFinite(initialParameters[i]))
                throw new ArgumentException(
                    $"{nameof(TrainingOptions.InitialParameters)} must be finite, but parameter {i} is {initialParameters[i]}.",
                    nameof(initialParameters));
    }

    private static string ConstraintsOf(Network network) =>
        network.HasMonotoneConstraints ? "monotone constraints" : "no monotone constraints";

    private static string ShapeOf(Layer layer, ParameterBlock block) => layer is IAffine dense && block.Role == ParameterRole.Weight
        ? $"{dense.GroupInputs} × {dense.GroupOutputs} {block.Name}"
        : $"{block.Length} {block.Name}";
}
