using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML.Presets;

/// <summary>The options that a preset decides on, with the values of a plain network; what each means stands at the option of the same name. Immutable.</summary>
internal sealed record PresetValues
{
    public int[] HiddenLayers { get; init; } = [64, 64];

    public Activation Activation { get; init; } = new ReLU();

    public double Dropout { get; init; }

    public bool QuantileTransform { get; init; }

    public double? SmoothClip { get; init; }

    public NumericEmbedding? NumericEmbedding { get; init; }

    public bool InputScale { get; init; }

    public bool NtkParametrization { get; init; }

    public int MaximumOneHotValues { get; init; }

    public int? EmbeddingDimension { get; init; }

    public int EnsembleSize { get; init; } = 1;

    public double LabelSmoothing { get; init; }

    public bool TemperatureScaling { get; init; }

    public Optimizer Optimizer { get; init; } = new Adam();

    public double? LearningRate { get; init; }

    public Schedule LearningRateSchedule { get; init; } = new ConstantSchedule();

    public Schedule? WeightDecaySchedule { get; init; }

    public Schedule? DropoutSchedule { get; init; }

    public int NumberOfIterations { get; init; } = 100;

    public int? BatchSize { get; init; }

    public bool EvenBatches { get; init; }

    public Initializer Initializer { get; init; } = new GlorotUniform();

    public double L2Regularization { get; init; }

    public double? WeightDecay { get; init; }

    public ParameterGroups ParameterGroups { get; init; } = new();

    public EarlyStopping? EarlyStopping { get; init; } = new();

    public LossTolerance? LossTolerance { get; init; }

    public MissingValues MissingValues { get; init; }

    public double ValidationFraction { get; init; }

    public bool KFoldBagging { get; init; }

    public bool NormalizeFeatures { get; init; } = true;

    public FeatureScaling FeatureScaling { get; init; }

    public bool NormalizeLabel { get; init; } = true;

    public bool ClampPredictions { get; init; }

    /// <summary>Every value under its option's name, in words.</summary>
    public IReadOnlyList<(string Option, string Value)> Values =>
    [
        (nameof(HiddenLayers), string.Join(", ", HiddenLayers)),
        (nameof(Activation), PresetText.Of(Activation)),
        (nameof(NtkParametrization), PresetText.Of(NtkParametrization)),
        (nameof(Initializer), PresetText.Of(Initializer)),
        (nameof(MissingValues), PresetText.Of(MissingValues)),
        (nameof(NormalizeFeatures), PresetText.Of(NormalizeFeatures)),
        (nameof(FeatureScaling), PresetText.Of(FeatureScaling)),
        (nameof(QuantileTransform), PresetText.Of(QuantileTransform)),
        (nameof(SmoothClip), PresetText.Of(SmoothClip)),
        (nameof(NumericEmbedding), PresetText.Of(NumericEmbedding)),
        (nameof(MaximumOneHotValues), PresetText.Of(MaximumOneHotValues)),
        (nameof(EmbeddingDimension), PresetText.Of(EmbeddingDimension)),
        (nameof(InputScale), PresetText.Of(InputScale)),
        (nameof(EnsembleSize), PresetText.Of(EnsembleSize)),
        (nameof(NormalizeLabel), PresetText.Of(NormalizeLabel)),
        (nameof(ClampPredictions), PresetText.Of(ClampPredictions)),
        (nameof(LabelSmoothing), PresetText.Of(LabelSmoothing)),
        (nameof(TemperatureScaling), PresetText.Of(TemperatureScaling)),
        (nameof(Optimizer), PresetText.Of(Optimizer)),
        (nameof(LearningRate), PresetText.Of(LearningRate)),
        (nameof(LearningRateSchedule), PresetText.Of(LearningRateSchedule)),
        (nameof(ParameterGroups), PresetText.Of(ParameterGroups)),
        (nameof(NumberOfIterations), PresetText.Of(NumberOfIterations)),
        (nameof(BatchSize), BatchSize == BackpropTrainer.FullBatch ? nameof(BackpropTrainer.FullBatch) : PresetText.Of(BatchSize)),
        (nameof(EvenBatches), PresetText.Of(EvenBatches)),
        (nameof(Dropout), PresetText.Of(Dropout)),
        (nameof(DropoutSchedule), PresetText.Of(DropoutSchedule)),
        (nameof(WeightDecay), PresetText.Of(WeightDecay)),
        (nameof(WeightDecaySchedule), PresetText.Of(WeightDecaySchedule)),
        (nameof(L2Regularization), PresetText.Of(L2Regularization)),
        (nameof(ValidationFraction), PresetText.Of(ValidationFraction)),
        (nameof(KFoldBagging), PresetText.Of(KFoldBagging)),
        (nameof(EarlyStopping), PresetText.Of(EarlyStopping)),
        (nameof(LossTolerance), PresetText.Of(LossTolerance)),
    ];
}
