using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Published presets, with exactly the published values.</summary>
internal static class SimplePresets
{
    public static PresetValues Plain(DatasetProfile profile) => new()
    {
        Training = new TrainingOptions { Loss = profile.LossWith(labelSmoothing: 0) },
    };

    // Features and labels stay unscaled, and training never stops early.
    public static PresetValues Classic(DatasetProfile profile) => new()
    {
        Training = new TrainingOptions
        {
            Loss = profile.LossWith(labelSmoothing: 0),
            Optimizer = new Sgd(),
            LearningRate = 0.01,
            BatchSize = TrainingOptions.FullBatch,
            StandardizeInputs = false,
            StandardizeTargets = false,
            EarlyStopping = null,
        },
    };

    // scikit-learn divides its penalty α = 1e-4 by the rows of the batch. It also halves the squared error.
    // So values in units of the loss, or of its gradient, are doubled here.
    public static PresetValues ScikitLearn(DatasetProfile profile)
    {
        var batch = (int)Math.Clamp(profile.Rows, 1, 200);
        var scale = profile.TargetKind == TargetKind.Real ? 2 : 1;
        return new()
        {
            Architecture = new MultilayerPerceptron { HiddenLayers = [100] },
            Training = new TrainingOptions
            {
                Loss = profile.LossWith(labelSmoothing: 0),
                Initializer = new GlorotUniform { Biases = true },
                StandardizeInputs = false,
                StandardizeTargets = false,
                Optimizer = new Adam { Epsilon = scale * 1e-8 },
                LearningRate = 0.001,
                BatchSize = batch,
                L2Regularization = scale * 1e-4 / batch,
                NumberOfIterations = 200,
                LossTolerance = new LossTolerance { MinimumImprovement = scale * 1e-4 },
                EarlyStopping = null,
            },
        };
    }
}
