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
/// Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", arXiv:2407.04491, tables of RealMLP-TD. What is ours: narrower
/// networks side by side, each of which leaves out other rows, in place of one; fewer passes over many rows; shorter steps for numbers where passes are many, and waves of many lengths; quantiles of numbers that stand close together; even batches; missing values; and plain layers for wide features, which stay sparse then. ADRs 0025 to 0028 say why.
/// </remarks>
internal static class RealMlp
{
    // Sixteen waves for each feature would cost more than all hidden layers together; text and one-hot slots gain nothing by them.
    private const int MaxFeaturesToEmbed = 200, MinFeaturesOfWideData = 1000;

    // Each leaves out a fifth of the rows, so that each learns from as many as the recipe says, and all of them from all rows. Few rows are too few to leave out a fifth of them.
    internal const int EnsembleSize = 5;
    private const int MoreMembers = 8, MaxRowsOfMoreMembers = 2_000;

    // So many rows are looked at in all, whatever their number, but none less often or more often than these. Half of the most are enough to tell few rows' classes, but not to learn their numbers.
    private const int Passes = 256, MinPasses = 16, MaxRowsOfFew = 250;
    private const long RowsInAllPasses = 1_280_000;

    // One network, with as many passes as take no longer than scikit-learn's MLP does with its defaults, which is sooner done with numbers; over few rows, where either is a matter of seconds, the five.
    private const int MaxRowsOfFastMembers = 4_000, FastPasses = 128, MinFastPasses = 30, MinFastPassesOfNumbers = 17, FastInterval = 2, LooksWithoutMistakes = 3;
    private const long RowsInAllFastMemberPasses = 320_000, RowsInAllFastPasses = 250_000, RowsInAllFastPassesOfNumbers = 170_000;

    // So few rows do not show which details of numbers belong to a class, and which are chance.
    private const int MaxRowsOfSlowEmbedding = 1_000;

    // Nor how fine the steps are between numbers that stand close together.
    private const int MaxRowsOfCoarseNumbers = 4_000;

    // Scores change little from one pass to the next while there are so many.
    private const int EnoughLooks = 64;

    // The share of the rows that selection looks at, where members do not leave out different ones.
    private const double HeldOut = 0.2;

    public static PresetValues Default(DatasetProfile situation) => Make(
        situation, units: 128, situation.Rows <= MaxRowsOfMoreMembers && MayCrossFit(situation) ? MoreMembers : EnsembleSize, PassesOver(situation, RowsInAllPasses, MinPasses));

    public static PresetValues Fast(DatasetProfile situation) => situation.Rows <= MaxRowsOfFastMembers && MayCrossFit(situation)
        ? Make(situation, units: 128, EnsembleSize, PassesOver(situation, RowsInAllFastMemberPasses, MinPasses, FastPasses))
        : Make(situation, units: 128, defaultEnsembleSize: 1, FastPassesOver(situation), isInHaste: true);

    public static PresetValues Best(DatasetProfile situation) => Make(situation, units: 256, MoreMembers, PassesOver(situation, RowsInAllPasses, MinPasses));

    private static PresetValues Make(DatasetProfile situation, int units, int defaultEnsembleSize, int passes, bool isInHaste = false)
    {
        if (situation.Features >= MinFeaturesOfWideData) return Wide(situation);
        var members = situation.Earlier?.EnsembleSize ?? defaultEnsembleSize;
        var crossFits = members > 1 && MayCrossFit(situation);
        bool hasClasses = situation.Task.HasClasses, isRegression = situation.Task.TargetKind == TargetKind.Real;
        return new PresetValues
        {
            HiddenLayers = [units, units, units],
            Activation = new ParametricMix(isRegression ? new Mish() : new SELU()),
            NtkParametrization = true,
            Initializer = new DataDependent(),
            MissingValues = MissingValues.Median,
            FeatureScaling = FeatureScaling.Robust,
            QuantileTransform = situation.Rows > MaxRowsOfCoarseNumbers,
            SmoothClip = 3,
            NumericEmbedding = situation.Features > MaxFeaturesToEmbed ? null
                : HasSlowEmbedding(situation) ? new PeriodicPhaseEmbedding()
                : new PeriodicPhaseEmbedding { HighestStandardDeviation = 10, AmplitudeDecay = isRegression ? 0.5 : 0.25 },
            MaximumOneHotValues = 9,
            EmbeddingDimension = 8,
            InputScale = true,
            ClampPredictions = isRegression,
            LabelSmoothing = hasClasses ? 0.1 : 0,
            TemperatureScaling = hasClasses,
            Optimizer = new Adam { Beta2 = 0.95 },
            LearningRate = !isRegression ? 0.04 : passes < Passes ? 0.2 : 0.06, // the fewer passes, the larger their steps must be
            LearningRateSchedule = new CosineLogarithmicSchedule(),
            ParameterGroups = new ParameterGroups { Biases = new(0.1, 0), Scales = new(6, 6), NumericEmbeddings = new(0.1, 0.1), Activations = new(0.1, 0.1) },
            NumberOfIterations = passes,
            BatchSize = 256,
            EvenBatches = true,
            Dropout = 0.15,
            DropoutSchedule = new FlatCosineSchedule(),
            WeightDecay = 0.02,
            WeightDecaySchedule = new FlatCosineSchedule(),
            EnsembleSize = members,
            KFoldBagging = crossFits,
            ValidationFraction = situation.HasValidation || crossFits ? 0 : HeldOut,
            EarlyStopping = isInHaste ? HastySelection(situation.Task) : Selection(situation.Task, interval: crossFits ? IntervalFor(passes) : 1),
        };
    }

    private static bool MayCrossFit(DatasetProfile situation) => situation is { MayCrossFit: true, HasValidation: false, Earlier: null, Rows: <= DatasetProfile.MaxRowsToCount };

    private static bool HasSlowEmbedding(DatasetProfile situation) => situation.Earlier is { } network
        ? NumericEmbedding.HasEqualFrequencies(network)
        : situation is { Rows: <= MaxRowsOfSlowEmbedding, Task.HasClasses: true };

    /// <summary>Passes from one look at what members left out to the next.</summary>
    public static int IntervalFor(int passes) => Math.Max(1, passes / EnoughLooks);

    private static PresetValues Wide(DatasetProfile situation) => new()
    {
        HiddenLayers = [256, 256],
        MissingValues = MissingValues.Median,
        ClampPredictions = situation.Task.TargetKind == TargetKind.Real,
        TemperatureScaling = situation.Task.HasClasses,
        ValidationFraction = situation.HasValidation ? 0 : 0.1,
        EarlyStopping = new EarlyStopping { Patience = 10 },
    };

    private static int PassesOver(DatasetProfile situation, long all, int least, int most = Passes) =>
        situation is { Rows: <= MaxRowsOfFew, Task.HasClasses: true } ? most / 2 : (int)Math.Clamp(all / Math.Max(situation.Rows, 1), least, most);

    private static int FastPassesOver(DatasetProfile situation) => situation.Task.TargetKind == TargetKind.Real
        ? PassesOver(situation, RowsInAllFastPassesOfNumbers, MinFastPassesOfNumbers)
        : PassesOver(situation, RowsInAllFastPasses, MinFastPasses);

    // The schedule ends where it is best to end, so training goes on to its end; the last of the best passes is the calmest.
    private static EarlyStopping Selection(LearningTask task, int interval) => new()
    {
        Metric = task.HasClasses ? new Accuracy() : task.TargetKind == TargetKind.Real ? new RootMeanSquaredError() : null,
        Patience = EarlyStopping.Unlimited,
        KeepLastBest = true,
        Interval = interval,
    };

    // A look costs as much as a third of the rows that it is at; and where no row is mistaken, there is no better pass to wait for.
    private static EarlyStopping HastySelection(LearningTask task) =>
        Selection(task, FastInterval) with { Target = task.HasClasses ? 1 : null, TargetPatience = LooksWithoutMistakes };
}
