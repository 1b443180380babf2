using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Benchmarks.Harness;

/// <summary>The RealMLP recipe on examples of the shape of the census data "Adult": six numbers, five categories of few values, three of
/// many, one target.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Activation">Mixed with the identity.</param>
/// <param name="Loss">What is learned.</param>
/// <param name="Metric">What the best pass is chosen by.</param>
/// <param name="LearningRate">At the height of each cycle.</param>
/// <param name="Units">Of each of three hidden layers.</param>
/// <param name="EnsembleSize">1, with validation rows of their own; or several, each of which leaves out its share of the rows.</param>
internal sealed record Recipe(
    string Name, Activation Activation, Loss Loss, Metric Metric, double LearningRate, int Units = 256, int EnsembleSize = 1)
{
    public const int Numbers = 6, Batch = 256;
    private const int TrainingRows = 26_048, ValidationRows = 6_513;
    private static readonly int[] s_categories = [.. Few, .. Many];

    /// <summary>Counts of the categories that become one-hot columns.</summary>
    public static int[] Few => [8, 7, 6, 5, 2];

    /// <summary>Counts of the categories that are embedded.</summary>
    public static int[] Many => [16, 14, 41];

    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("of two classes", new SELU(), new LogisticLoss { LabelSmoothing = 0.1 }, new Accuracy(), 0.04),
        new("of a number", new Mish(), new SquaredError(), new RootMeanSquaredError(), 0.2),
        new(
            "of two classes, as Preset.Default", new SELU(), new LogisticLoss { LabelSmoothing = 0.1 }, new Accuracy(), 0.04, Units: 128,
            EnsembleSize: 5),
    ];

    private bool CrossFits => EnsembleSize > 1;

    /// <summary>Rows that are learned from, by one member at least.</summary>
    public int LearnedRows => CrossFits ? TrainingRows + ValidationRows : TrainingRows;

    private static int Inputs => Numbers + s_categories.Length;

    public Network Make() => new MultilayerPerceptron
    {
        OneHotCategories = [.. Few.Select((count, i) => new OneHotCategory(Numbers + i, count))],
        OneHotScaling = FeatureScaling.Robust,
        Categories = [.. Many.Select((count, i) => new EmbeddedCategory(Numbers + Few.Length + i, count, 8))],
        SmoothClip = 3,
        NumericEmbedding = CrossFits
            ? new PeriodicPhaseEmbedding { HighestStandardDeviation = 10, AmplitudeDecay = 0.25 }
            : new PeriodicPhaseEmbedding(),
        InputScale = true,
        HiddenLayers = [Units, Units, Units],
        EnsembleSize = EnsembleSize,
        NtkParametrization = true,
        Activation = new ParametricMix(Activation),
        Dropout = 0.15,
    }.Build(Inputs, 1);

    public TrainingOptions Options(int epochs, int threads) => new()
    {
        Loss = Loss,
        Optimizer = new Adam { Beta2 = 0.95 },
        LearningRate = LearningRate,
        LearningRateSchedule = new CosineLogarithmicSchedule(),
        WeightDecay = 0.02,
        WeightDecaySchedule = new FlatCosineSchedule(),
        DropoutSchedule = new FlatCosineSchedule(),
        ParameterGroups = new ParameterGroups
        {
            Biases = new(0.1, 0), Scales = new(6, 6), NumericEmbeddings = new(0.1, 0.1), Activations = new(0.1, 0.1)
        },
        Initializer = new DataDependent(),
        FeatureScaling = FeatureScaling.Robust,
        BatchSize = Batch,
        EvenBatches = CrossFits,
        KFoldBagging = CrossFits,
        NumberOfIterations = epochs,
        NumberOfThreads = threads,
        ClampPredictions = Loss.AllowsTargetScaling,
        EarlyStopping = new EarlyStopping { Patience = epochs, Metric = Metric, KeepLastBest = true },
        Seed = 1,
    };

    /// <summary>Multiplications and additions of the matrix products of one epoch: three of them for each member and row that it learns
    /// from, one for a row that is validated on.</summary>
    public double OperationsPerEpoch(Network network)
    {
        var ofMember = 2.0 * network.Layers.OfType<AffineLayer>().Sum(layer => (double)layer.WeightCount);
        return ofMember * (CrossFits ? 3.0 * (EnsembleSize - 1) * LearnedRows + LearnedRows : 3.0 * LearnedRows + ValidationRows);
    }

    /// <summary>Examples that can be learned, with some noise; those to validate on, unless members leave out their own.</summary>
    public (ExampleSet Training, ExampleSet? Validation) Examples() =>
        (Examples(LearnedRows, seed: 1), CrossFits ? null : Examples(ValidationRows, seed: 2));

    private ExampleSet Examples(int rows, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Shuffling);
        float[] features = new float[rows * Inputs], targets = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var x = features.AsSpan(row * Inputs, Inputs);
            foreach (ref var number in x[..Numbers]) number = (float)random.NextNormal();
            for (var i = 0; i < s_categories.Length; i++) x[Numbers + i] = 1 + random.NextIndex(s_categories[i]);
            var score = x[0] * x[1] + x[2] + x[Numbers] / 4 - 1 + 0.5 * random.NextNormal();
            targets[row] = Loss.TargetKind == TargetKind.Real ? (float)score : score > 0 ? 1 : 0;
        }
        return new ExampleSet(features, Inputs, targets);
    }
}
