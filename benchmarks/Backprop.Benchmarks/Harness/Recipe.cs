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

/// <summary>The RealMLP recipe on examples of the shape of the census data "Adult": 6 numbers, 30 slots of small categories, 3 categories with a table, one target.</summary>
internal sealed record Recipe(string Name, Activation Activation, Loss Loss, Metric Metric, double LearningRate)
{
    private const int Numbers = 6, Slots = 30, Batch = 256, TrainingRows = 26_048, ValidationRows = 6_513;
    private static readonly int[] s_categories = [16, 15, 42];

    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("of two classes", new SELU(), new LogisticLoss { LabelSmoothing = 0.1 }, new Accuracy(), 0.04),
        new("of a number", new Mish(), new SquaredError(), new RootMeanSquaredError(), 0.2),
    ];

    private static int Inputs => Numbers + Slots + s_categories.Length;

    public Network Make()
    {
        var builder = new NetworkBuilder(Inputs)
            .EntityEmbedding([.. s_categories.Select((count, i) => new EmbeddedCategory(Numbers + Slots + i, count, 8))])
            .SmoothClip(3, Numbers + Slots).Embed(new PeriodicPhaseEmbedding(), Numbers).FrontScale();
        for (var layer = 0; layer < 3; layer++) builder.NtkDense(256).Activation(new ParametricMix(Activation)).Dropout(0.15);
        return builder.NtkDense(1).Build();
    }

    public TrainingOptions Options(int epochs, int threads) => new()
    {
        Loss = Loss,
        Optimizer = new Adam { Beta2 = 0.95 },
        LearningRate = LearningRate,
        LearningRateSchedule = new CosineLogarithmicSchedule(),
        WeightDecay = 0.02,
        WeightDecaySchedule = new FlatCosineSchedule(),
        DropoutSchedule = new FlatCosineSchedule(),
        ParameterGroups = new ParameterGroups { Biases = new(0.1, 0), Scales = new(6, 0), Embeddings = new(0.1, 1), Activations = new(0.1, 0) },
        Initializer = new DataDependent(),
        FeatureScaling = FeatureScaling.Robust,
        BatchSize = Batch,
        NumberOfIterations = epochs,
        NumberOfThreads = threads,
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
            foreach (ref var slot in x.Slice(Numbers, Slots)) slot = random.NextIndex(5) == 0 ? 1 : 0;
            for (var i = 0; i < s_categories.Length; i++) x[Numbers + Slots + i] = 1 + random.NextIndex(s_categories[i]);
            var score = x[0] * x[1] + x[2] + x[Numbers] - 1 + 0.5 * random.NextNormal();
            targets[row] = Loss.TargetKind == TargetKind.Real ? (float)score : score > 0 ? 1 : 0;
        }
        return new ExampleSet(features, Inputs, targets);
    }
}
