using System.Collections;
using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Accuracy.Learners;

/// <summary>The options of this library's learners, and their text.</summary>
internal static class BackpropRecipe
{
    /// <summary>The options of a learner for a task.</summary>
    /// <remarks>The recipe RealMLP-TD of Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491.</remarks>
    public static BackpropTrainer.Options For(string key, TaskKind task)
    {
        if (key != "default") throw new ArgumentOutOfRangeException(nameof(key), key, "is no learner of this library");
        var isRegression = task == TaskKind.Regression;
        return new BackpropTrainer.Options
        {
            HiddenLayers = [256, 256, 256],
            Activation = new ParametricMix(isRegression ? new Mish() : new SELU()),
            NtkParametrization = true,
            Initializer = new DataDependent(),
            FeatureScaling = FeatureScaling.Robust,
            SmoothClip = 3,
            NumericEmbedding = new PeriodicPhaseEmbedding(),
            FrontScale = true,
            Dropout = 0.15,
            DropoutSchedule = new FlatCosineSchedule(),
            WeightDecay = 0.02,
            WeightDecaySchedule = new FlatCosineSchedule(),
            Optimizer = new Adam { Beta2 = 0.95 },
            LearningRate = isRegression ? 0.2 : 0.04,
            LearningRateSchedule = new CosineLogarithmicSchedule(),
            NumberOfIterations = 256,
            BatchSize = 256,
            LossFunction = task switch
            {
                TaskKind.Binary => new LogisticLoss { LabelSmoothing = 0.1 },
                TaskKind.Multiclass => new SoftmaxCrossEntropy { LabelSmoothing = 0.1 },
                _ => new SquaredError(),
            },
            ParameterGroups = new ParameterGroups
            {
                Weights = new(1, 1), Biases = new(0.1, 0), Scales = new(6, 1), Activations = new(0.1, 1), Embeddings = new(0.1, 1),
            },
            EarlyStopping = new EarlyStopping { Metric = isRegression ? new RootMeanSquaredError() : new Backprop.Metrics.Accuracy(), Patience = int.MaxValue, KeepLastBest = true },
            ValidationFraction = 0.2,
        };
    }

    /// <summary>Every option that differs from the trainer's own.</summary>
    public static string Describe(BackpropTrainer.Options options)
    {
        var customary = new BackpropTrainer.Options();
        var differing = typeof(BackpropTrainer.Options).GetProperties()
            .Select(option => (option.Name, Value: Text(option.GetValue(options)), Customary: Text(option.GetValue(customary))))
            .Where(option => option.Value != option.Customary)
            .Select(option => $"{option.Name} = {option.Value}");
        return string.Join("; ", differing);
    }

    private static string Text(object? value) => value is IEnumerable items and not string
        ? $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]"
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
