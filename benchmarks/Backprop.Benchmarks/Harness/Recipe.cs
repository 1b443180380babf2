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

/// <summary>The RealMLP recipe on examples of the shape of the census data "Adult": six numbers, five categories of few values, three of many, one target.</summary>
internal sealed record Recipe(string Name, Activation Activation, Loss Loss, Metric Metric, double LearningRate)
{
    private const int Numbers = 6, Batch = 256, TrainingRows = 26_048, ValidationRows = 6_513;
    private static readonly int[] s_few = [8, 7, 6, 5, 2], s_many = [16, 14, 41], s_categories = [.. s_few, .. s_many];

    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("of two classes", new SELU(), new LogisticLoss { LabelSmoothing = 0.1 }, new Accuracy(), 0.04),
        new("of a number", new Mish(), new SquaredError(), new RootMeanSquaredError(), 0.2),
    ];

    private static int Inputs => Numbers + s_categories.Length;

    public Network Make() => new MultilayerPerceptron
    {
        OneHotCategories = [.. s_few.Select((count, i) => new OneHotCategory(Numbers + i, count))],
        OneHotScaling = FeatureScaling.Robust,
        Categories = [.. s_many.Select((count, i) => new EmbeddedCategory(Numbers + s_few.Length + i, count, 8))],
        SmoothClip = 3,
        NumericEmbedding = new PeriodicPhaseEmbedding(),
        FrontScale = true,
        HiddenLayers = [256, 256, 256],
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
        ParameterGroups = new ParameterGroups { Biases = new(0.1, 0), Scales = new(6, 6), NumericEmbeddings = new(0.1, 0.1), Activations = new(0.1, 0.1) },
        Initializer = new DataDependent(),
        FeatureScaling = FeatureScaling.Robust,
        BatchSize = Batch,
        NumberOfIterations = epochs,
        NumberOfThreads = threads,
        ClampPredictions = Loss.AllowsTargetScaling,
        EarlyStopping = new EarlyStopping { Patience = epochs, Metric = Metric, KeepLastBest = true },
        Seed = 1,
    };

    /// <summary>Multiplications and additions of the matrix products of one epoch: three of them for a row that is learned from, one for a row that is validated on.</summary>
    public static double OperationsPerEpoch(Network network) =>
        2.0 * network.Layers.OfType<AffineLayer>().Sum(layer => (double)layer.WeightCount) * (3.0 * TrainingRows + ValidationRows);

    /// <summary>Examples that can be learned, with some noise.</summary>
    public (ExampleSet Training, ExampleSet Validation) Examples() => (Examples(TrainingRows, seed: 1), Examples(ValidationRows, seed: 2));

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
