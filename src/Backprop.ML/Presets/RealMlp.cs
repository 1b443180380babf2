using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML.Presets;

/// <summary>RealMLP, the strongest published recipe for networks on tables that needs no tuning, and what depends on the size of the data.</summary>
/// <remarks>
/// Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", arXiv:2407.04491, tables of RealMLP-TD. What is added here: missing
/// values, fewer passes over many rows, and plain layers for wide features, which stay sparse then.
/// </remarks>
internal static class RealMlp
{
    // Sixteen waves for each feature would cost more than all hidden layers together; text and one-hot slots gain nothing by them.
    private const int MostFeaturesToEmbed = 200, LeastFeaturesOfWideData = 1000;

    // Above, every row is seen less often, so that all of training takes as long as for so many rows; below, few rows make few steps, which must not become fewer.
    private const int MostRowsOfAllPasses = 50_000, MostRowsOfFewSteps = 5_000, Passes = 256, LeastPasses = 16;

    public static Recipe Default(Situation situation) => Make(situation, customaryMembers: 1);

    public static Recipe Fast(Situation situation)
    {
        var recipe = Default(situation);
        if (situation.Features >= LeastFeaturesOfWideData) return recipe;
        return recipe with
        {
            HiddenLayers = [128, 128, 128],
            NumberOfIterations = situation.Rows <= MostRowsOfFewSteps ? Passes : Math.Max(LeastPasses, recipe.NumberOfIterations / 4),
        };
    }

    public static Recipe Best(Situation situation) => Make(situation, customaryMembers: 5);

    private static Recipe Make(Situation situation, int customaryMembers)
    {
        if (situation.Features >= LeastFeaturesOfWideData) return Wide(situation);
        bool hasClasses = situation.Task.HasClasses, isRegression = situation.Task.TargetKind == TargetKind.Real;
        return new Recipe
        {
            HiddenLayers = [256, 256, 256],
            Activation = new ParametricMix(isRegression ? new Mish() : new SELU()),
            NtkParametrization = true,
            Initializer = new DataDependent(),
            MissingValues = MissingValues.Median,
            FeatureScaling = FeatureScaling.Robust,
            SmoothClip = 3,
            NumericEmbedding = situation.Features <= MostFeaturesToEmbed ? new PeriodicPhaseEmbedding() : null,
            MaximumOneHotValues = 9,
            EmbeddingDimension = 8,
            FrontScale = true,
            ClampPredictions = isRegression,
            LabelSmoothing = hasClasses ? 0.1 : 0,
            Optimizer = new Adam { Beta2 = 0.95 },
            LearningRate = isRegression ? 0.2 : 0.04,
            LearningRateSchedule = new CosineLogarithmicSchedule(),
            ParameterGroups = new ParameterGroups { Biases = new(0.1, 0), Scales = new(6, 6), NumericEmbeddings = new(0.1, 0.1), Activations = new(0.1, 0.1) },
            NumberOfIterations = PassesOver(situation.Rows),
            BatchSize = 256,
            Dropout = 0.15,
            DropoutSchedule = new FlatCosineSchedule(),
            WeightDecay = 0.02,
            WeightDecaySchedule = new FlatCosineSchedule(),
            Members = situation.Members ?? customaryMembers,
            ValidationFraction = situation.HasValidation ? 0 : 0.2,
            EarlyStopping = Selection(situation.Task),
        };
    }

    private static Recipe Wide(Situation situation) => new()
    {
        HiddenLayers = [256, 256],
        ValidationFraction = situation.HasValidation ? 0 : 0.1,
        EarlyStopping = new EarlyStopping { Patience = 10 },
    };

    private static int PassesOver(long rows) => (int)Math.Clamp(Passes * (long)MostRowsOfAllPasses / Math.Max(rows, 1), LeastPasses, Passes);

    // The schedule ends where it is best to end, so training goes on to its end; the last of the best passes is the calmest.
    private static EarlyStopping Selection(LearningTask task) => new()
    {
        Metric = task.HasClasses ? new Accuracy() : task.TargetKind == TargetKind.Real ? new RootMeanSquaredError() : null,
        Patience = EarlyStopping.Unlimited,
        KeepLastBest = true,
    };
}
