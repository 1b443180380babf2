using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Denoising autoencoders for anomaly detection, with values that depend on the size of the data.</summary>
/// <remarks>
/// Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010), "Stacked denoising autoencoders", JMLR 11. The hidden layers are wider than the
/// features. Noise keeps the network from copying its input, and it works for any number of features. A bottleneck would need a width for
/// each data set. Decision 0046 has the measurements.
/// </remarks>
internal static class Autoencoders
{
    // The share of the rows that weighs the features and calibrates the probabilities.
    private const double HeldOutShare = 0.2;

    private const int EnsembleSize = 5, LargeEnsembleSize = 8;
    private const int MaxEpochs = 256, MinEpochs = 16, MaxFastEpochs = 128;
    private const long RowsTimesEpochs = 640_000, RowsTimesFastEpochs = 160_000;

    public static PresetValues Default(DatasetProfile profile) =>
        Make(profile, units: 128, EnsembleSize, EpochsFor(profile, RowsTimesEpochs, MaxEpochs));

    public static PresetValues Fast(DatasetProfile profile) =>
        Make(profile, units: 128, ensembleSize: 1, EpochsFor(profile, RowsTimesFastEpochs, MaxFastEpochs));

    public static PresetValues Best(DatasetProfile profile) =>
        Make(profile, units: 256, LargeEnsembleSize, EpochsFor(profile, RowsTimesEpochs, MaxEpochs));

    /// <summary>The values of a preset for classification or regression, with an autoencoder instead.</summary>
    public static PresetValues Adapted(PresetValues values, DatasetProfile profile) => values with
    {
        Architecture = values.Architecture with { Autoencoder = true },
        Training = values.Training with { StandardizeTargets = false, ClampPredictions = false },
        Preparation = values.Preparation with { ValidationFraction = ValidationFractionFor(profile) },
    };

    private static PresetValues Make(DatasetProfile profile, int units, int ensembleSize, int epochs) => new()
    {
        Architecture = new MultilayerPerceptron
        {
            HiddenLayers = [units, units],
            Activation = new SiLU(),
            MissingValues = MissingValues.Median,
            InputNoise = 0.3,
            Autoencoder = true,
            EnsembleSize = profile.Earlier?.EnsembleSize ?? ensembleSize,
        },
        Training = new TrainingOptions
        {
            Loss = profile.LossWith(labelSmoothing: 0),
            StandardizeTargets = false,
            Optimizer = new Adam(),
            LearningRate = 0.005,
            LearningRateSchedule = new FlatCosineSchedule(),
            NumberOfIterations = epochs,
            BatchSize = 64,
            EvenBatches = true,
            EarlyStopping = new EarlyStopping
            {
                Patience = EarlyStopping.Unlimited,
                Interval = RealMlp.IntervalFor(epochs),
            },
        },
        Preparation = new DataPreparation { ValidationFraction = ValidationFractionFor(profile) },
    };

    private static double ValidationFractionFor(DatasetProfile profile) => profile.HasValidation ? 0 : HeldOutShare;

    private static int EpochsFor(DatasetProfile profile, long rowsTimesEpochs, int max) =>
        (int)Math.Clamp(rowsTimesEpochs / Math.Max(profile.Rows, 1), MinEpochs, max);
}
