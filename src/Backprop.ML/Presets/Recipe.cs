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

    public bool QuantileTransform { get; init; }

    public double? SmoothClip { get; init; }

    public NumericEmbedding? NumericEmbedding { get; init; }

    public bool FrontScale { get; init; }

    public bool NtkParametrization { get; init; }

    public int MaximumOneHotValues { get; init; }

    public int? EmbeddingDimension { get; init; }

    public int Members { get; init; } = 1;

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

    public bool CrossFitting { get; init; }

    public bool NormalizeFeatures { get; init; } = true;

    public FeatureScaling FeatureScaling { get; init; }

    public bool NormalizeLabel { get; init; } = true;

    public bool ClampPredictions { get; init; }

    /// <summary>Every value under its option's name, in words.</summary>
    public IReadOnlyList<(string Option, string Value)> Values =>
    [
        (nameof(HiddenLayers), string.Join(", ", HiddenLayers)),
        (nameof(Activation), RecipeText.Of(Activation)),
        (nameof(NtkParametrization), RecipeText.Of(NtkParametrization)),
        (nameof(Initializer), RecipeText.Of(Initializer)),
        (nameof(MissingValues), RecipeText.Of(MissingValues)),
        (nameof(NormalizeFeatures), RecipeText.Of(NormalizeFeatures)),
        (nameof(FeatureScaling), RecipeText.Of(FeatureScaling)),
        (nameof(QuantileTransform), RecipeText.Of(QuantileTransform)),
        (nameof(SmoothClip), RecipeText.Of(SmoothClip)),
        (nameof(NumericEmbedding), RecipeText.Of(NumericEmbedding)),
        (nameof(MaximumOneHotValues), RecipeText.Of(MaximumOneHotValues)),
        (nameof(EmbeddingDimension), RecipeText.Of(EmbeddingDimension)),
        (nameof(FrontScale), RecipeText.Of(FrontScale)),
        (nameof(Members), RecipeText.Of(Members)),
        (nameof(NormalizeLabel), RecipeText.Of(NormalizeLabel)),
        (nameof(ClampPredictions), RecipeText.Of(ClampPredictions)),
        (nameof(LabelSmoothing), RecipeText.Of(LabelSmoothing)),
        (nameof(TemperatureScaling), RecipeText.Of(TemperatureScaling)),
        (nameof(Optimizer), RecipeText.Of(Optimizer)),
        (nameof(LearningRate), RecipeText.Of(LearningRate)),
        (nameof(LearningRateSchedule), RecipeText.Of(LearningRateSchedule)),
        (nameof(ParameterGroups), RecipeText.Of(ParameterGroups)),
        (nameof(NumberOfIterations), RecipeText.Of(NumberOfIterations)),
        (nameof(BatchSize), BatchSize == BackpropTrainer.FullBatch ? nameof(BackpropTrainer.FullBatch) : RecipeText.Of(BatchSize)),
        (nameof(EvenBatches), RecipeText.Of(EvenBatches)),
        (nameof(Dropout), RecipeText.Of(Dropout)),
        (nameof(DropoutSchedule), RecipeText.Of(DropoutSchedule)),
        (nameof(WeightDecay), RecipeText.Of(WeightDecay)),
        (nameof(WeightDecaySchedule), RecipeText.Of(WeightDecaySchedule)),
        (nameof(L2Regularization), RecipeText.Of(L2Regularization)),
        (nameof(ValidationFraction), RecipeText.Of(ValidationFraction)),
        (nameof(CrossFitting), RecipeText.Of(CrossFitting)),
        (nameof(EarlyStopping), RecipeText.Of(EarlyStopping)),
        (nameof(LossTolerance), RecipeText.Of(LossTolerance)),
    ];
}
