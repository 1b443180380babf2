using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>What happens before the first step: checks, standardization, starting parameters, the size of a batch.</summary>
internal sealed class TrainingSetup(TrainingOptions options)
{
    // Their quantiles are known to about one percent of the rows.
    private const int MaxExamplesToMeasure = 16 * 1024;

    // Of what all layers make of the sample; an ensemble makes as many times more of it.
    private const long MaxNumbersToMeasure = 1 << 26;

    // Tens of thousands of features must not fill the memory.
    private const int MaxNumbersOfSample = 1 << 26, MinExamplesOfSample = 256;

    /// <summary>The loss that is trained on.</summary>
    public Loss Loss => options.Loss;

    public int BatchSizeFor(int examples) => options.BatchSize ?? (options.Optimizer.UsesLineSearch ? TrainingOptions.FullBatch : TrainingOptions.DefaultBatchSize(examples));

    public int StepsPerEpoch(int examples) => Minibatches.CountOf(examples, BatchSizeFor(examples));

    /// <summary>Measures the data, and applies the weights of classes.</summary>
    public RunData Prepare(RunRequest request)
    {
        var (training, validation) = (request.Training, request.Validation);
        var (inputs, targets) = Standardize(request.Network, training, request.Initial, request.Stop);
        var bounds = options.ClampPredictions ? training.MeasureBounds().JoinedWith(request.Initial?.Bounds) : null;
        var evaluator = validation is null ? null : new ValidationEvaluator(validation);
        if (ClassBalance.Of(options, training, request.Network.Outputs) is { } balance)
        {
            training = training.WithWeights(balance);
            validation = validation is null ? null : balance.Weigh(validation);
        }
        return new RunData(training, validation, evaluator, inputs, targets, bounds);
    }

    private (Standardization? Inputs, Standardization? Targets) Standardize(Network network, TrainingData training, TrainedNetwork? initial, StopCondition stop)
    {
        if (initial is not null) return (initial.Inputs, initial.Targets);
        stop.Reports.Begin(TrainingPhase.Measuring, $"Measuring {training.Count:N0} rows of {training.Examples.FeatureCount:N0} features");
        var inputs = StandardizeInputs(network, training, stop.Work);
        return (inputs, options.StandardizeTargets && options.Loss.AllowsTargetScaling ? training.MeasureTargets(stop.Work) : null);
    }

    // Weights that were given for features as they come have been learned elsewhere, perhaps from features that varied there.
    private Standardization? StandardizeInputs(Network network, TrainingData training, WorkMeter work)
    {
        var measured = options.StandardizeInputs ? training.MeasureFeatures(options.FeatureScaling, work).Sparing(network.CategorySlots) : null;
        var keepsAll = options is { StandardizeInputs: false, InitialParameters: not null };
        return keepsAll ? null : training.FindConstant(work).Mask(measured, network, training.Examples.IsSparse);
    }

    public Real[] Start(Network network, TrainingData training, TrainedNetwork? initial, Standardization? inputs, Standardization? targets, StopCondition stop) =>
        initial?.Parameters.ToArray() ?? options.InitialParameters?.ToArray() ?? Initialize(network, training, inputs, targets, stop);

    private Real[] Initialize(Network network, TrainingData data, Standardization? inputs, Standardization? targets, StopCondition stop)
    {
        stop.Reports.Begin(TrainingPhase.Initializing, $"Initializing {network.ParameterCount:N0} parameters");
        var (training, work) = (data.Examples, stop.Work);

        // A layer that is fitted to the features of all examples needs no sample, and a sample of wide rows takes memory.
        var measuresSample = network.Layers.Any(layer => layer is IFitsTrainingData { IsFitted: true, NeedsSample: true });
        var parameters = options.Initializer is DataDependent || measuresSample
            ? InitializeByData(network, training, inputs, work)
            : network.Initialize(options.Initializer, options.Seed);
        Fit(network, parameters, new TrainingFeatures(data, inputs, work));
        if (options.OutputBiasPrior) OutputBias.Fill(parameters, network, options.Loss, training, targets, work);
        return parameters;
    }

    private static void Fit(Network network, Real[] parameters, TrainingFeatures features)
    {
        var areEntering = true;
        for (var l = 0; l < network.Layers.Count; l++)
        {
            if (network.Layers[l] is IFitsTrainingData { IsFitted: true } fitted)
                fitted.FitFeatures(parameters.AsSpan(network.ParametersOf(l)), features, areEntering);
            areEntering &= network.Layers[l] is IReplacesMissing;
        }
    }

    private Real[] InitializeByData(Network network, ExampleSet training, Standardization? inputs, WorkMeter work)
    {
        var (x, _, rows) = Sample(training, inputs, null, SampleSizeFor(network, network.Layers.Sum(layer => (long)layer.Outputs)), work);
        return network.Initialize(options.Initializer, options.Seed, new ReadOnlyMatrix(x, rows, network.Inputs), work);
    }

    /// <summary>Examples that starting values are measured of, if there are as many.</summary>
    /// <param name="network">What is started.</param>
    /// <param name="widths">Outputs of all its layers.</param>
    public static int SampleSizeFor(Network network, long widths) =>
        network.IsFitted
            ? (int)Math.Clamp(MaxNumbersToMeasure / widths, DataDependent.MaxExamples, MaxExamplesToMeasure)
            : DataDependent.MaxExamples;

    /// <summary>Up to so many examples, standardized; drawn by the seed, for the data may be sorted.</summary>
    public (Real[] X, Real[] Targets, int Rows) Sample(ExampleSet training, Standardization? inputs, Standardization? targets, int most, WorkMeter? work = null)
    {
        int[] rows = [.. Enumerable.Range(0, training.Count)];
        new RandomSequence(options.Seed, RandomPurpose.Examples).Shuffle(rows, work);
        rows = rows[..Math.Min(Math.Min(most, Math.Max(MinExamplesOfSample, MaxNumbersOfSample / training.FeatureCount)), rows.Length)];
        Real[] x = new Real[rows.Length * training.FeatureCount], y = new Real[rows.Length * training.TargetCount];
        Minibatches.CopyFeatures(training, rows, inputs, x);
        Minibatches.CopyTargets(training, rows, targets, y);
        return (x, y, rows.Length);
    }

    public void Check(Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        if (training.FeatureCount != network.Inputs)
            throw new ArgumentException($"Network {network} takes {network.Inputs} features; the training examples have {training.FeatureCount}.", nameof(training));
        CheckMissing(network, training, nameof(training));
        if (validation is not null) CheckMissing(network, validation, nameof(validation));
        if (!options.Loss.FitsTargets(network.Outputs, training.TargetCount))
            throw new ArgumentException($"Network {network} has {network.Outputs} outputs; {training.TargetCount} target columns do not fit them under {options.Loss}.", nameof(training));
        if (validation is not null && (validation.FeatureCount != training.FeatureCount || validation.TargetCount != training.TargetCount))
            throw new ArgumentException($"The validation examples have {validation.FeatureCount} features and {validation.TargetCount} targets; the training examples {training.FeatureCount} and {training.TargetCount}.", nameof(validation));
        if (options.OutputBiasPrior) OutputBias.Check(network);
        if (options.InitialParameters is { } given) CheckInitialParameters(given.Span, network);
        if (initial is not null && !initial.Network.Layers.SequenceEqual(network.Layers))
            throw new ArgumentException($"The initial network {initial.Network} ({initial.Network.ParameterCount} parameters) has another shape than {network} ({network.ParameterCount} parameters).", nameof(initial));
        if (initial?.Targets is not null && !options.Loss.AllowsTargetScaling)
            throw new ArgumentException($"The initial network was trained on scaled targets, which {options.Loss} does not allow.", nameof(initial));
        if (options.Optimizer.UsesLineSearch && network.Layers.FirstOrDefault(layer => layer.IsRandom) is { } random)
            throw new ArgumentException($"{options.Optimizer.GetType().Name} needs a loss that stays the same from step to step, which {random} changes.", nameof(network));
        if (options.Loss is GroupLoss)
        {
            throw new ArgumentException(
                $"{options.Loss} is a loss of groups; a trainer's batches consist of single rows. Use a {nameof(RowLoss)}, or take the steps " +
                "of training by hand, one group a step.", nameof(training));
        }
        if (options.KFoldBagging) CheckKFoldBagging(network, training, validation, initial);
        if (options.Optimizer.UsesLineSearch && network.EnsembleSize > 1)
            throw new ArgumentException($"{options.Optimizer.GetType().Name} searches along one line for all {network.EnsembleSize} members of network {network}, which are to learn as if each were alone.", nameof(network));
        if (options.EarlyStopping?.Metric is { } metric && !metric.Suits(options.Loss.TargetKind))
            throw new ArgumentException($"{nameof(EarlyStopping)} judges by {metric}, which does not suit the {options.Loss.TargetKind} targets of {options.Loss}.", nameof(network));
        if (options.EarlyStopping?.Metric is { SuitsSeveralLabels: false } single && options.Loss.TargetKind == TargetKind.Binary && training.TargetCount > 1)
        {
            throw new ArgumentException(
                $"{nameof(EarlyStopping)} selects by {single}, which is defined for one label, not for {training.TargetCount}. " +
                $"Select by the loss: {nameof(EarlyStopping.Metric)} = null.", nameof(network));
        }
        options.Loss.CheckTargets(training.Targets, network.Outputs, nameof(training));
        if (validation is not null) options.Loss.CheckTargets(validation.Targets, network.Outputs, nameof(validation));
        if (options.EarlyStopping?.Metric is { } judging && (validation ?? (options.KFoldBagging ? training : null)) is { } judged
            && MetricNeeds.Lack(judging, options.Loss, network.Outputs, judged.Targets, judged.Weights) is { } lack)
            throw new ArgumentException($"{nameof(EarlyStopping)} selects by {judging}, which is not defined for the {judged.Count} validation examples: {lack}. Give others, or select by the loss: {nameof(EarlyStopping.Metric)} = null.", nameof(validation));
    }

    private static void CheckKFoldBagging(Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial)
    {
        const string name = nameof(TrainingOptions.KFoldBagging);
        if (network.EnsembleSize < 2) throw new ArgumentException($"{name} needs an ensemble of at least two members; network {network} has {network.EnsembleSize}.", nameof(network));
        foreach (var layer in network.Layers.Take(network.LayerOfMembers))
            if (layer.Blocks.Any(block => block.Role != ParameterRole.Statistic)) throw new ArgumentException($"{name} needs members that share nothing learned; {layer.Caption} learns from all rows.", nameof(network));
        if (training.Count < network.EnsembleSize)
            throw new ArgumentException($"{name} holds out other examples for each of {network.EnsembleSize} members; there are {training.Count}. Give at least {network.EnsembleSize} examples or fewer members, or set {name} to false.", nameof(training));
        if (validation is not null) throw new ArgumentException($"{name} validates on the rows that each member does not learn from; other validation data does not go with it.", nameof(validation));
        if (initial is not null) throw new ArgumentException($"{name} cannot go on from an earlier network, whose members may have learned from rows that they are now judged by.", nameof(initial));
    }

    private static void CheckMissing(Network network, ExampleSet examples, string name)
    {
        if (!examples.HasMissing || network.Layers[0] is IReplacesMissing) return;
        throw new ArgumentException(
            $"The {name} examples have missing values; the network must begin with {nameof(NetworkBuilder.Imputation)}, " +
            $"and begins with {network.Layers[0].Caption}.", name);
    }

    private static void CheckInitialParameters(ReadOnlySpan<Real> initialParameters, Network network)
    {
        if (initialParameters.Length != network.ParameterCount)
        {
            var shapes = network.Layers.SelectMany(layer => layer.Blocks.Select(block => ShapeOf(layer, block)));
            throw new ArgumentException($"Network {network} has {network.ParameterCount} parameters ({string.Join(", ", shapes)}); {nameof(TrainingOptions.InitialParameters)} has {initialParameters.Length}.", nameof(initialParameters));
        }
        for (var i = 0; i < initialParameters.Length; i++)
            if (!Real.IsFinite(initialParameters[i])) throw new ArgumentException($"{nameof(TrainingOptions.InitialParameters)} must be finite; number {i} is {initialParameters[i]}.", nameof(initialParameters));
    }

    private static string ShapeOf(Layer layer, ParameterBlock block) => layer is IAffine dense && block.Role == ParameterRole.Weight
        ? $"{dense.GroupInputs} × {dense.GroupOutputs} {block.Name}"
        : $"{block.Length} {block.Name}";
}
