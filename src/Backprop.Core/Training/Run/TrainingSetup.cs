using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Prepares the first step: standardization, starting parameters and the batch size.</summary>
internal sealed class TrainingSetup(TrainingOptions options)
{
    // Quantiles of so many rows are accurate to about one percent of the rows.
    private const int MaxExamplesToMeasure = 16 * 1024;

    // Maximum number of outputs of all layers for the sample. For an ensemble, it applies to each member.
    private const long MaxValuesToMeasure = 1 << 26;

    // A sample with tens of thousands of features must not fill the memory.
    private const int MaxValuesOfSample = 1 << 26, MinExamplesOfSample = 256;

    public int BatchSizeFor(int examples) =>
        options.BatchSize ?? (options.Optimizer.UsesLineSearch ? TrainingOptions.FullBatch : TrainingOptions.DefaultBatchSize(examples));

    public int StepsPerEpoch(ExampleSet examples)
    {
        var batchSize = BatchSizeFor(examples.Count);
        return options.Loss is GroupLoss
            ? GroupMinibatches.CountOf(examples.GroupStarts(), batchSize)
            : Minibatches.CountOf(examples.Count, batchSize);
    }

    /// <summary>Measures the data, and applies the factors of classes.</summary>
    public RunData Prepare(RunRequest request)
    {
        var (training, validation) = (request.Training, request.Validation);
        var (inputs, targets) = Standardize(request.Network, training, request.Initial, request.Stop);
        var bounds = options.ClampPredictions ? training.MeasureBounds().JoinedWith(request.Initial?.Bounds) : null;
        var means = MeasuredMeans.Of(training, request.Network, request.Stop.Work);
        var evaluator = validation is null ? null : new ValidationEvaluator(validation);
        if (ClassBalance.Of(options, training, request.Network.Outputs) is { } balance)
        {
            training = training.WithWeights(balance);
            validation = validation is null ? null : balance.Weigh(validation);
        }
        return new RunData(training, validation, evaluator, inputs, targets, bounds, means, LossFor(training, validation));
    }

    // Labels with factors are evaluated one by one, and so are the targets if some are missing.
    private Loss LossFor(TrainingData training, ExampleSet? validation)
    {
        var factors = LabelBalance.Of(options, training);
        var areComplete = factors is null && !training.HasMissingTargets && validation is not { HasMissingTargets: true };
        return areComplete ? options.Loss : new TargetwiseLoss(options.Loss, factors);
    }

    private (Standardization? Inputs, Standardization? Targets) Standardize(
        Network network, TrainingData training, TrainedNetwork? initial, StopCondition stop)
    {
        if (initial is not null) return (initial.Inputs, initial.Targets);
        stop.Reports.Begin(TrainingPhase.Measuring, $"Measuring {training.Count:N0} rows of {training.Examples.FeatureCount:N0} features");
        var inputs = StandardizeInputs(network, training, stop.Work);
        return (inputs, options.StandardizeTargets && options.Loss.AllowsTargetScaling ? StandardizeTargets(training, stop.Work) : null);
    }

    // Each target by the units of its own loss.
    private Standardization StandardizeTargets(TrainingData training, WorkMeter work)
    {
        var measured = training.MeasureTargets(work);
        int[] unscaled =
        [
            .. Enumerable.Range(0, training.Examples.TargetCount).Where(target => !options.Loss.OfTarget(target).AllowsTargetScaling),
        ];
        return unscaled.Length == 0 ? measured : measured.Sparing(unscaled);
    }

    // Initial parameters for unscaled features were trained elsewhere, perhaps on features that varied there.
    private Standardization? StandardizeInputs(Network network, TrainingData training, WorkMeter work)
    {
        var measured = options.StandardizeInputs
            ? training.MeasureFeatures(options.FeatureScaling, work).Sparing(network.CategorySlots)
            : null;
        var keepsAll = options is { StandardizeInputs: false, InitialParameters: not null };
        return keepsAll ? null : training.FindConstant(work).Mask(measured, network, training.Examples.IsSparse);
    }

    public Real[] Start(Network network, RunData data, TrainedNetwork? initial, StopCondition stop) =>
        initial?.Parameters.ToArray() ?? options.InitialParameters?.ToArray() ?? Initialize(network, data, stop);

    private Real[] Initialize(Network network, RunData prepared, StopCondition stop)
    {
        var (data, inputs, targets) = (prepared.Training, prepared.Inputs, prepared.Targets);
        stop.Reports.Begin(TrainingPhase.Initializing, $"Initializing {network.ParameterCount:N0} parameters");
        var (training, work) = (data.Examples, stop.Work);

        // A layer that is fitted to the features of all examples needs no sample, and a sample of wide rows needs memory.
        var measuresSample = network.Layers.Any(layer => layer is IFitsTrainingData { IsFitted: true, NeedsSample: true });
        var parameters = options.Initializer is DataDependent || measuresSample
            ? InitializeByData(network, training, inputs, work)
            : network.Initialize(options.Initializer, options.Seed);
        Fit(network, parameters, new TrainingFeatures(data, inputs, work));
        if (options.OutputBiasPrior) OutputBias.Fill(parameters, network, prepared.Loss, training, targets, work);
        return parameters;
    }

    private static void Fit(Network network, Real[] parameters, TrainingFeatures features)
    {
        var areEntering = true;
        for (var l = 0; l < network.Layers.Count; l++)
        {
            if (network.Layers[l] is IFitsTrainingData { IsFitted: true } fitted)
                fitted.FitFeatures(parameters.AsSpan(network.ParametersOf(l)), features, areEntering);
            areEntering &= network.Layers[l] is IKeepsFeatures;
        }
    }

    private Real[] InitializeByData(Network network, ExampleSet training, Standardization? inputs, WorkMeter work)
    {
        var (x, _, rows) = Sample(training, inputs, null, SampleSizeFor(network, network.Layers.Sum(layer => (long)layer.Outputs)), work);
        return network.Initialize(options.Initializer, options.Seed, new ReadOnlyMatrix(x, rows, network.Inputs), work);
    }

    /// <summary>Maximum number of examples for the measurement of starting values.</summary>
    /// <param name="network">The network.</param>
    /// <param name="widths">The number of outputs of all its layers.</param>
    public static int SampleSizeFor(Network network, long widths) =>
        network.IsFitted
            ? (int)Math.Clamp(MaxValuesToMeasure / widths, DataDependent.MaxExamples, MaxExamplesToMeasure)
            : DataDependent.MaxExamples;

    /// <summary>A sample of up to <paramref name="maxRows"/> examples, standardized. It is drawn by the seed, because the data may be
    /// sorted.</summary>
    public (Real[] X, Real[] Targets, int Rows) Sample(
        ExampleSet training, Standardization? inputs, Standardization? targets, int maxRows, WorkMeter? work = null)
    {
        int[] rows = [.. Enumerable.Range(0, training.Count)];
        new RandomSequence(options.Seed, RandomPurpose.Examples).Shuffle(rows, work);
        rows = rows[..Math.Min(Math.Min(maxRows, Math.Max(MinExamplesOfSample, MaxValuesOfSample / training.FeatureCount)), rows.Length)];
        Real[] x = new Real[rows.Length * training.FeatureCount], y = new Real[rows.Length * training.TargetCount];
        Minibatches.CopyFeatures(training, rows, inputs, x);
        Minibatches.CopyTargets(training, rows, targets, y);
        return (x, y, rows.Length);
    }
}
