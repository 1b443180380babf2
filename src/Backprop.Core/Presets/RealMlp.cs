using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>The RealMLP preset, with values that depend on the size of the data.</summary>
/// <remarks>
/// Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and boosted trees on tabular data",
/// arXiv:2407.04491, tables of RealMLP-TD. Decisions 0025 to 0028 explain the differences: k-fold bagging of narrower networks; fewer
/// epochs over many rows; a smaller learning rate for regression with many epochs; more frequencies. They also cover quantiles of
/// concentrated values; even batches; missing values; and plain layers for wide data, which then stays sparse.
/// </remarks>
internal static class RealMlp
{
    // Embeddings of more features would cost more than all hidden layers together. Text and one-hot columns do not benefit from them.
    private const int MaxFeaturesToEmbed = 200, MinFeaturesOfWideData = 1000;

    // Five members hold out a fifth of the rows each, as in the paper. Regression over few rows gains from eight: docs/decisions/0062.
    internal const int EnsembleSize = 5;
    private const int LargeEnsembleSize = 8, MaxRowsOfLargeEnsemble = 2_000;

    // The number of rows times epochs is constant, within limits. For few rows, half of the epochs suffice to classify, but not to regress.
    private const int MaxEpochs = 256, MinEpochs = 16, MaxRowsOfHalfTheEpochs = 250;
    private const long RowsTimesEpochs = 1_280_000;

    // A single network takes no longer than scikit-learn's MLP with its defaults. Over few rows, an ensemble takes seconds, too.
    private const int MaxRowsOfFastEnsemble = 4_000, MaxFastEpochs = 128, MinFastEpochs = 30, MinFastEpochsOfRegression = 17;
    private const long RowsTimesFastEnsembleEpochs = 320_000, RowsTimesFastEpochs = 250_000, RowsTimesFastEpochsOfRegression = 170_000;
    private const int FastInterval = 2, PerfectChecks = 3;

    // Fewer rows do not show which details of a value belong to a class.
    private const int MaxRowsOfLowFrequencies = 1_000;

    // Fewer rows do not show how fine the steps between concentrated values are.
    private const int MaxRowsWithoutQuantiles = 4_000;

    // With so many epochs, scores change little from one to the next.
    private const int ValidationChecks = 64;

    // If a cycle gains less, a longer one only overfits. Within the training rows of 37 splits of 22 sets, this saves 40 % of the time.
    // Mean accuracy and log-loss are the same.
    internal const double MinimumGainOfCycle = 0.01;

    // The share of held-out rows without k-fold bagging.
    private const double HeldOutShare = 0.2;

    public static PresetValues Default(DatasetProfile profile)
    {
        var isLarge = profile is { Rows: <= MaxRowsOfLargeEnsemble, TargetKind: TargetKind.Real } && AllowsKFoldBagging(profile);
        return Make(profile, units: 128, isLarge ? LargeEnsembleSize : EnsembleSize, EpochsFor(profile, RowsTimesEpochs, MinEpochs));
    }

    public static PresetValues Fast(DatasetProfile profile)
    {
        if (profile.Rows > MaxRowsOfFastEnsemble || !AllowsKFoldBagging(profile))
            return Make(profile, units: 128, defaultEnsembleSize: 1, FastEpochsFor(profile), stopsWhenPerfect: true);
        return Make(profile, units: 128, EnsembleSize, EpochsFor(profile, RowsTimesFastEnsembleEpochs, MinEpochs, MaxFastEpochs));
    }

    public static PresetValues Best(DatasetProfile profile)
    {
        var values = Default(profile);
        var searches = profile is { Features: < MinFeaturesOfWideData, Earlier: null } && profile.TargetKind != TargetKind.Relevance;
        return searches ? values with { Search = new Search() } : values;
    }

    private static PresetValues Make(DatasetProfile profile, int units, int defaultEnsembleSize, int epochs, bool stopsWhenPerfect = false)
    {
        if (profile.Features >= MinFeaturesOfWideData) return Wide(profile);
        var members = profile.Earlier?.EnsembleSize ?? defaultEnsembleSize;
        var usesBagging = members > 1 && AllowsKFoldBagging(profile);
        var interval = usesBagging ? IntervalFor(epochs) : 1;
        bool hasClasses = profile.HasClasses, isRegression = profile.TargetKind == TargetKind.Real;
        return new PresetValues
        {
            Architecture = new MultilayerPerceptron
            {
                HiddenLayers = [units, units, units],
                Activation = new ParametricMix(isRegression ? new Mish() : new SELU()),
                NtkParametrization = true,
                MissingValues = MissingValues.Median,
                AsinhScale = 3,
                NumericEmbedding = EmbeddingFor(profile),
                InputScale = true,
                Dropout = 0.15,
                EnsembleSize = members,
            },
            Training = new TrainingOptions
            {
                Loss = profile.LossWith(labelSmoothing: 0.1),
                Initializer = new DataDependent(),
                FeatureScaling = FeatureScaling.Robust,
                ClampPredictions = isRegression,
                TemperatureScaling = hasClasses,
                Optimizer = new Adam { Beta2 = 0.95 },
                LearningRate = LearningRateFor(isRegression, epochs),
                LearningRateSchedule = new CosineLogarithmicSchedule(),
                ParameterGroups = new ParameterGroups
                {
                    Biases = new(0.1, 0),
                    Scales = new(6, 6),
                    NumericEmbeddings = new(0.1, 0.1),
                    Activations = new(0.1, 0.1),
                },
                NumberOfIterations = epochs,
                BatchSize = 256,
                EvenBatches = true,
                DropoutSchedule = new FlatCosineSchedule(),
                WeightDecay = 0.02,
                WeightDecaySchedule = new FlatCosineSchedule(),
                KFoldBagging = usesBagging,
                EarlyStopping = stopsWhenPerfect ? SelectionUntilPerfect(profile) : Selection(profile, interval),
            },
            Preparation = new DataPreparation
            {
                QuantileTransform = profile.Rows > MaxRowsWithoutQuantiles,
                MaximumOneHotValues = 9,
                MaximumIndicatedValues = isRegression ? 12 : 0, // no gain for classes: docs/decisions/0061
                EmbeddingDimension = 8,
                ValidationFraction = profile.HasValidation || usesBagging ? 0 : HeldOutShare,
            },
        };
    }

    private static bool AllowsKFoldBagging(DatasetProfile profile) =>
        profile is { AllowsKFoldBagging: true, HasValidation: false, Earlier: null, Rows: <= DatasetProfile.MaxRowsToCount }
        && profile.TargetKind != TargetKind.Relevance;

    private static PeriodicPhaseEmbedding? EmbeddingFor(DatasetProfile profile)
    {
        if (profile.Features > MaxFeaturesToEmbed) return null;
        if (HasLowFrequencies(profile)) return new PeriodicPhaseEmbedding();
        var decay = profile.TargetKind == TargetKind.Real ? 0.5 : 0.25;
        return new PeriodicPhaseEmbedding { HighestStandardDeviation = 10, AmplitudeDecay = decay };
    }

    private static bool HasLowFrequencies(DatasetProfile profile) => profile.Earlier is { } network
        ? NumericEmbedding.HasEqualFrequencies(network)
        : profile is { Rows: <= MaxRowsOfLowFrequencies, HasClasses: true };

    // Fewer epochs need larger steps.
    private static double LearningRateFor(bool isRegression, int epochs)
    {
        if (!isRegression) return 0.04;
        return epochs < MaxEpochs ? 0.2 : 0.06;
    }

    /// <summary>Epochs from one validation check to the next.</summary>
    public static int IntervalFor(int epochs) => Math.Max(1, epochs / ValidationChecks);

    private static PresetValues Wide(DatasetProfile profile) => new()
    {
        Architecture = new MultilayerPerceptron { HiddenLayers = [256, 256], MissingValues = MissingValues.Median },
        Training = new TrainingOptions
        {
            Loss = profile.LossWith(labelSmoothing: 0),
            ClampPredictions = profile.TargetKind == TargetKind.Real,
            TemperatureScaling = profile.HasClasses,
            EarlyStopping = new EarlyStopping { Patience = 10 },
        },
        Preparation = new DataPreparation { ValidationFraction = profile.HasValidation ? 0 : 0.1 },
    };

    private static int EpochsFor(DatasetProfile profile, long rowsTimesEpochs, int min, int max = MaxEpochs)
    {
        if (profile is { Rows: <= MaxRowsOfHalfTheEpochs, HasClasses: true }) return max / 2;
        return (int)Math.Clamp(rowsTimesEpochs / Math.Max(profile.Rows, 1), min, max);
    }

    private static int FastEpochsFor(DatasetProfile profile) => profile.TargetKind == TargetKind.Real
        ? EpochsFor(profile, RowsTimesFastEpochsOfRegression, MinFastEpochsOfRegression)
        : EpochsFor(profile, RowsTimesFastEpochs, MinFastEpochs);

    // The learning rate falls to 0 at the end of a cycle, so training ends only between cycles. Of equally good epochs, the last had the
    // smallest steps.
    private static EarlyStopping Selection(DatasetProfile profile, int interval) => new()
    {
        Metric = MetricFor(profile),
        Patience = EarlyStopping.Unlimited,
        KeepLastBest = true,
        Interval = interval,
        MinimumGainOfCycle = profile.TargetKind == TargetKind.Relevance ? null : MinimumGainOfCycle,
    };

    private static Metric? MetricFor(DatasetProfile profile)
    {
        if (profile.HasClasses) return new Accuracy();
        return profile.TargetKind switch
        {
            TargetKind.Real => new RootMeanSquaredError(),
            TargetKind.Relevance => new NormalizedDiscountedCumulativeGain(),
            _ => null,
        };
    }

    // A validation check costs a third of an epoch over its rows. After perfect accuracy, no epoch is better.
    private static EarlyStopping SelectionUntilPerfect(DatasetProfile profile) =>
        Selection(profile, FastInterval) with { Target = profile.HasClasses ? 1 : null, TargetPatience = PerfectChecks };
}
