using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Presets;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Options = Backprop.ML.BackpropTrainer.Options;

namespace Backprop.ML;

/// <summary>All options. Checks, defaults, printed presets, docs/reference/options.md and the records of the core are derived from this
/// table.</summary>
/// <remarks>
/// Presets print their options in this order. docs/extend/adding-things.md describes how to add an option.
/// </remarks>
internal static class OptionTable
{
    private static readonly PresetValues _plain = TrainingPreset.Plain.For(DatasetProfile.Typical);

    /// <summary>Every option, section by section.</summary>
    public static IReadOnlyList<OptionDescriptor> All { get; } =
    [
        .. Section(
            "Columns and rows",
            Own<Preset>(nameof(Options.Preset), Preset.Default).Required(),
            Name(nameof(Options.LabelColumnName), DefaultColumnNames.Label).Required().UsedInReading().Described(),
            Name(nameof(Options.FeatureColumnName), DefaultColumnNames.Features).UsedInReading().Described(),
            Name(nameof(Options.ExampleWeightColumnName), null).UsedInReading().Described(),
            Name(nameof(Options.RowGroupColumnName), null).UsedInReading().Described(),
            Own<string[]>(nameof(Options.CategoricalFeatureColumnNames), []).Required().UsedInReading().Described(),
            Own<EmbeddedCategory[]>(nameof(Options.Categories), []).Required().UsedInReading().Described(),
            Own<DataCaching>(nameof(Options.Caching), DataCaching.Auto, ValueRange.Named).UsedInReading().Described(),
            Own<long?>(nameof(Options.MemoryBudget), null, ValueRange.AtLeastOne).UsedInReading().Described()),
        .. Section(
            "Network",
            Network(nameof(Options.HiddenLayers), x => x.HiddenLayers.ToArray(),
                (x, value) => x with { HiddenLayers = value }).OfPreset().Required(),
            Network(nameof(Options.Activation), x => x.Activation,
                (x, value) => x with { Activation = value }).OfPreset().Required(),
            Network(nameof(Options.Activations), x => x.Activations?.ToArray(), (x, value) => x with { Activations = value }),
            Network(nameof(Options.NtkParametrization), x => x.NtkParametrization,
                (x, value) => x with { NtkParametrization = value }).OfPreset(),
            Network(nameof(Options.Normalization), x => x.Normalization, (x, value) => x with { Normalization = value }),
            Network(nameof(Options.Residual), x => x.Residual, (x, value) => x with { Residual = value }),
            Network(nameof(Options.InputSkip), x => x.InputSkip, (x, value) => x with { InputSkip = value }),
            Training(nameof(Options.Initializer), x => x.Initializer,
                (x, value) => x with { Initializer = value }).OfPreset().Required(),
            Training(nameof(Options.OutputBiasPrior), x => x.OutputBiasPrior, (x, value) => x with { OutputBiasPrior = value }),
            Training(nameof(Options.InitialParameters), x => x.InitialParameters?.ToArray(),
                (x, value) => x with { InitialParameters = MemoryOf(value) })),
        .. Section(
            "Features",
            Network(nameof(Options.MissingValues), x => x.MissingValues,
                (x, value) => x with { MissingValues = value }).OfPreset().UsedInReading(),
            Training(nameof(Options.NormalizeFeatures), x => x.StandardizeInputs,
                (x, value) => x with { StandardizeInputs = value }).OfPreset(),
            Training(nameof(Options.FeatureScaling), x => x.FeatureScaling,
                (x, value) => x with { FeatureScaling = value }).OfPreset(),
            Preparation(nameof(Options.QuantileTransform), x => x.QuantileTransform,
                (x, value) => x with { QuantileTransform = value }).OfPreset(),
            Network(nameof(Options.AsinhScale), x => x.AsinhScale, (x, value) => x with { AsinhScale = value }).OfPreset(),
            Network(nameof(Options.SmoothClip), x => x.SmoothClip, (x, value) => x with { SmoothClip = value }),
            Network(nameof(Options.NumericEmbedding), x => x.NumericEmbedding,
                (x, value) => x with { NumericEmbedding = value }).OfPreset(),
            Preparation(nameof(Options.MaximumOneHotValues), x => x.MaximumOneHotValues,
                (x, value) => x with { MaximumOneHotValues = value }).OfPreset(),
            Preparation(nameof(Options.MaximumIndicatedValues), x => x.MaximumIndicatedValues,
                (x, value) => x with { MaximumIndicatedValues = value }).OfPreset(),
            Preparation(nameof(Options.EmbeddingDimension), x => x.EmbeddingDimension,
                (x, value) => x with { EmbeddingDimension = value }).OfPreset(),
            Network(nameof(Options.InputScale), x => x.InputScale, (x, value) => x with { InputScale = value }).OfPreset(),
            Own<MonotoneConstraints?>(nameof(Options.MonotoneConstraints), null).Described()),
        .. Section(
            "Ensemble, loss and predictions",
            Network(nameof(Options.EnsembleSize), x => x.EnsembleSize, (x, value) => x with { EnsembleSize = value }).OfPreset(),
            Training(nameof(Options.NormalizeLabel), x => x.StandardizeTargets,
                (x, value) => x with { StandardizeTargets = value }).OfPreset(),
            Training(nameof(Options.ClampPredictions), x => x.ClampPredictions,
                (x, value) => x with { ClampPredictions = value }).OfPreset(),
            Own<Loss?>(nameof(Options.LossFunction), null).Described(),
            Core(nameof(Options.LabelSmoothing), x => x.LabelSmoothing, (x, value) => x.WithLabelSmoothing(value)).OfPreset()
                with { Range = ValueRange.BelowOne },
            Training(nameof(Options.LabelSmoothingSchedule), x => x.LabelSmoothingSchedule,
                (x, value) => x with { LabelSmoothingSchedule = value }),
            Training(nameof(Options.TemperatureScaling), x => x.TemperatureScaling,
                (x, value) => x with { TemperatureScaling = value }).OfPreset(),
            Training(nameof(Options.ThresholdMetric), x => x.ThresholdMetric, (x, value) => x with { ThresholdMetric = value }),
            Training(nameof(Options.PredictionIntervals), x => x.PredictionIntervals,
                (x, value) => x with { PredictionIntervals = value }),
            Training(nameof(Options.Uncertainty), x => x.Uncertainty, (x, value) => x with { Uncertainty = value }),
            Own<double>(nameof(Options.AnomalyThreshold), 0.95, ValueRange.BetweenZeroAndOne).Described(),
            Own<ClassWeights?>(nameof(Options.ClassWeights), null).Described(),
            Own<double>(nameof(Options.PositiveInstanceWeight), 1, ValueRange.Positive).Described()),
        .. Section(
            "Steps",
            Training(nameof(Options.Optimizer), x => x.Optimizer,
                (x, value) => x with { Optimizer = value }).OfPreset().Required().UsedInReading(),
            Training(nameof(Options.LearningRate), x => x.LearningRate, (x, value) => x with { LearningRate = value }).OfPreset(),
            Training(nameof(Options.LearningRateSchedule), x => x.LearningRateSchedule,
                (x, value) => x with { LearningRateSchedule = value }).OfPreset().Required(),
            Training(nameof(Options.MomentumSchedule), x => x.MomentumSchedule,
                (x, value) => x with { MomentumSchedule = value }),
            Training(nameof(Options.ParameterGroups), x => x.ParameterGroups,
                (x, value) => x with { ParameterGroups = value }).OfPreset().Required(),
            Training(nameof(Options.NumberOfIterations), x => x.NumberOfIterations,
                (x, value) => x with { NumberOfIterations = value }).OfPreset(),
            Training(nameof(Options.BatchSize), x => x.BatchSize, (x, value) => x with { BatchSize = value }).OfPreset()
                with { Print = value => value is BackpropTrainer.FullBatch ? nameof(BackpropTrainer.FullBatch) : PresetText.Of(value) },
            Training(nameof(Options.EvenBatches), x => x.EvenBatches, (x, value) => x with { EvenBatches = value }).OfPreset(),
            Training(nameof(Options.Shuffle), x => x.Shuffle, (x, value) => x with { Shuffle = value }),
            Training(nameof(Options.GradientClipping), x => x.GradientClipping,
                (x, value) => x with { GradientClipping = value }),
            Training(nameof(Options.WeightAveraging), x => x.WeightAveraging, (x, value) => x with { WeightAveraging = value })),
        .. Section(
            "Regularization",
            Network(nameof(Options.Dropout), x => x.Dropout, (x, value) => x with { Dropout = value }).OfPreset(),
            Training(nameof(Options.DropoutSchedule), x => x.DropoutSchedule,
                (x, value) => x with { DropoutSchedule = value }).OfPreset(),
            Network(nameof(Options.InputDropout), x => x.InputDropout, (x, value) => x with { InputDropout = value }),
            Network(nameof(Options.AlphaDropout), x => x.AlphaDropout, (x, value) => x with { AlphaDropout = value }),
            Network(nameof(Options.InputNoise), x => x.InputNoise, (x, value) => x with { InputNoise = value }).OfPreset(),
            Training(nameof(Options.Mixup), x => x.Mixup, (x, value) => x with { Mixup = value }),
            Training(nameof(Options.WeightDecay), x => x.WeightDecay, (x, value) => x with { WeightDecay = value }).OfPreset(),
            Training(nameof(Options.WeightDecaySchedule), x => x.WeightDecaySchedule,
                (x, value) => x with { WeightDecaySchedule = value }).OfPreset(),
            Training(nameof(Options.L1Regularization), x => x.L1Regularization,
                (x, value) => x with { L1Regularization = value }),
            Training(nameof(Options.L2Regularization), x => x.L2Regularization,
                (x, value) => x with { L2Regularization = value }).OfPreset(),
            Training(nameof(Options.MaximumNorm), x => x.MaximumNorm, (x, value) => x with { MaximumNorm = value })),
        .. Section(
            "Validation and stopping",
            Preparation(nameof(Options.ValidationFraction), x => x.ValidationFraction,
                (x, value) => x with { ValidationFraction = value }).OfPreset(),
            Preparation(nameof(Options.ValidationRows), x => x.ValidationRows,
                (x, value) => x with { ValidationRows = value }).UsedInReading(),
            Own<string?>(nameof(Options.SamplingKeyColumnName), null).UsedInReading().Described(),
            Own<IDataView?>(nameof(Options.ValidationData), null),
            Training(nameof(Options.KFoldBagging), x => x.KFoldBagging, (x, value) => x with { KFoldBagging = value }).OfPreset(),
            Training(nameof(Options.EarlyStopping), x => x.EarlyStopping,
                (x, value) => x with { EarlyStopping = value }).OfPreset(),
            Training(nameof(Options.LossTolerance), x => x.LossTolerance,
                (x, value) => x with { LossTolerance = value }).OfPreset(),
            Training(nameof(Options.MaximumTrainingTime), x => x.MaximumTrainingTime,
                (x, value) => x with { MaximumTrainingTime = value }),
            Training(nameof(Options.CancellationToken), x => x.CancellationToken,
                (x, value) => x with { CancellationToken = value }),
            Training(nameof(Options.ThrowOnCancellation), x => x.ThrowOnCancellation,
                (x, value) => x with { ThrowOnCancellation = value })),
        .. Section(
            "Search",
            Core(nameof(Options.Search), x => x.Search, (x, value) => x with { Search = value }).OfPreset(),
            Own<Distributed?>(nameof(Options.Distributed), null)),
        .. Section(
            "Continuing from a model",
            Training(nameof(Options.OptimizerMemory), x => x.OptimizerMemory, (x, value) => x with { OptimizerMemory = value }),
            Own(nameof(Options.AddNewClasses), false).Described()),
        .. Section(
            "Run and reports",
            Own<int?>(nameof(Options.Seed), null),
            Training(nameof(Options.Checkpoint), x => x.Checkpoint, (x, value) => x with { Checkpoint = value }),
            Training(nameof(Options.NumberOfThreads), x => x.NumberOfThreads, (x, value) => x with { NumberOfThreads = value }),
            Training(nameof(Options.Diagnostics), x => x.Diagnostics, (x, value) => x with { Diagnostics = value }),
            Name(nameof(Options.TensorBoardDirectory), null),
            Own<IProgress<EpochReport>?>(nameof(Options.Progress), null),
            Own<IProgress<TrainingPhaseReport>?>(nameof(Options.PhaseProgress), null)),
    ];

    private static readonly Dictionary<string, OptionDescriptor> _byName = All.ToDictionary(option => option.Name);

    /// <summary>The option of this name.</summary>
    public static OptionDescriptor Of(string name) => _byName[name];

    private static IEnumerable<OptionDescriptor> Section(string name, params OptionDescriptor[] options) =>
        options.Select(option => option with { Group = name });

    // An option of the adapter only.
    private static OptionDescriptor Own<T>(string name, T value, ValueRange? range = null) => new(name, "", value) { Range = range };

    private static OptionDescriptor Name(string name, string? value) => Own(name, value) with { IsName = true };

    // An option of the core. Its default is the value of the plain preset.
    private static OptionDescriptor Core<T>(string name, Func<PresetValues, T> read, Func<PresetValues, T, PresetValues> write) =>
        new(name, "", read(_plain)) { Read = values => read(values), Write = (values, value) => write(values, (T)value!) };

    private static OptionDescriptor Network<T>(
        string name, Func<MultilayerPerceptron, T> read, Func<MultilayerPerceptron, T, MultilayerPerceptron> write) =>
        Core(name, values => read(values.Architecture), (values, value) => values with { Architecture = write(values.Architecture, value) })
            with
        { Range = MultilayerPerceptron.Ranges.Of(name) };

    private static OptionDescriptor Training<T>(
        string name, Func<TrainingOptions, T> read, Func<TrainingOptions, T, TrainingOptions> write) =>
        Core(name, values => read(values.Training), (values, value) => values with { Training = write(values.Training, value) })
            with
        { Range = TrainingOptions.Ranges.Of(name) };

    private static OptionDescriptor Preparation<T>(
        string name, Func<DataPreparation, T> read, Func<DataPreparation, T, DataPreparation> write) =>
        Core(name, values => read(values.Preparation), (values, value) => values with { Preparation = write(values.Preparation, value) })
            with
        { Range = DataPreparation.Ranges.Of(name) };

    // Without the check, null would become empty memory.
    private static ReadOnlyMemory<float>? MemoryOf(float[]? values) => values is null ? default(ReadOnlyMemory<float>?) : values;
}
