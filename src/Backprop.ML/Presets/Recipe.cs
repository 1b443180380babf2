using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML.Presets;

/// <summary>The options that a preset decides on, with the values of a plain network; what each means stands at the option of the same name. Immutable.</summary>
internal sealed record Recipe
{
    public int[] HiddenLayers { get; init; } = [64, 64];

    public Activation Activation { get; init; } = new ReLU();

    public double Dropout { get; init; }

    public double? SmoothClip { get; init; }

    public NumericEmbedding? NumericEmbedding { get; init; }

    public bool FrontScale { get; init; }

    public bool NtkParametrization { get; init; }

    public int MaximumOneHotValues { get; init; }

    public int? EmbeddingDimension { get; init; }

    public int Members { get; init; } = 1;

    public double LabelSmoothing { get; init; }

    public Optimizer Optimizer { get; init; } = new Adam();

    public double? LearningRate { get; init; }

    public Schedule LearningRateSchedule { get; init; } = new ConstantSchedule();

    public Schedule? WeightDecaySchedule { get; init; }

    public Schedule? DropoutSchedule { get; init; }

    public int NumberOfIterations { get; init; } = 100;

    public int? BatchSize { get; init; }

    public Initializer Initializer { get; init; } = new GlorotUniform();

    public double L2Regularization { get; init; }

    public double? WeightDecay { get; init; }

    public ParameterGroups ParameterGroups { get; init; } = new();

    public EarlyStopping? EarlyStopping { get; init; } = new();

    public LossTolerance? LossTolerance { get; init; }

    public MissingValues MissingValues { get; init; }

    public double ValidationFraction { get; init; }

    public bool CrossFitting { get; init; }

    public bool NormalizeFeatures { get; init; } = true;

    public FeatureScaling FeatureScaling { get; init; }

    public bool NormalizeLabel { get; init; } = true;

    public bool ClampPredictions { get; init; }

    /// <summary>Every value under its option's name, in words.</summary>
    public IReadOnlyList<(string Option, string Value)> Values =>
    [
        (nameof(HiddenLayers), string.Join(", ", HiddenLayers)),
        (nameof(Activation), Text(Activation)),
        (nameof(NtkParametrization), Text(NtkParametrization)),
        (nameof(Initializer), Text(Initializer)),
        (nameof(MissingValues), Text(MissingValues)),
        (nameof(NormalizeFeatures), Text(NormalizeFeatures)),
        (nameof(FeatureScaling), Text(FeatureScaling)),
        (nameof(SmoothClip), Text(SmoothClip)),
        (nameof(NumericEmbedding), Text(NumericEmbedding)),
        (nameof(MaximumOneHotValues), Text(MaximumOneHotValues)),
        (nameof(EmbeddingDimension), Text(EmbeddingDimension)),
        (nameof(FrontScale), Text(FrontScale)),
        (nameof(Members), Text(Members)),
        (nameof(NormalizeLabel), Text(NormalizeLabel)),
        (nameof(ClampPredictions), Text(ClampPredictions)),
        (nameof(LabelSmoothing), Text(LabelSmoothing)),
        (nameof(Optimizer), Text(Optimizer)),
        (nameof(LearningRate), Text(LearningRate)),
        (nameof(LearningRateSchedule), Text(LearningRateSchedule)),
        (nameof(ParameterGroups), Text(ParameterGroups)),
        (nameof(NumberOfIterations), Text(NumberOfIterations)),
        (nameof(BatchSize), BatchSize == BackpropTrainer.FullBatch ? nameof(BackpropTrainer.FullBatch) : Text(BatchSize)),
        (nameof(Dropout), Text(Dropout)),
        (nameof(DropoutSchedule), Text(DropoutSchedule)),
        (nameof(WeightDecay), Text(WeightDecay)),
        (nameof(WeightDecaySchedule), Text(WeightDecaySchedule)),
        (nameof(L2Regularization), Text(L2Regularization)),
        (nameof(ValidationFraction), Text(ValidationFraction)),
        (nameof(CrossFitting), Text(CrossFitting)),
        (nameof(EarlyStopping), Text(EarlyStopping)),
        (nameof(LossTolerance), Text(LossTolerance)),
    ];

    private static string Text(object? value) => value is null ? "null" : FormattableString.Invariant($"{value}");
}
