using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.ML.Presets;

/// <summary>Recipes that others wrote down, kept to the letter.</summary>
internal static class SimplePresets
{
    // Features and labels are taken as they come, and all iterations are done.
    public static PresetValues Classic(DatasetProfile situation) => new()
    {
        Optimizer = new Sgd(),
        LearningRate = 0.01,
        BatchSize = BackpropTrainer.FullBatch,
        NormalizeFeatures = false,
        NormalizeLabel = false,
        EarlyStopping = null,
    };

    // scikit-learn divides its penalty α = 1e-4 by the rows of the batch. It halves the squared error, so that all that is measured in units of the loss, or of its slope, is doubled here.
    public static PresetValues ScikitLearn(DatasetProfile situation)
    {
        var batch = (int)Math.Clamp(situation.Rows, 1, 200);
        var scale = situation.Task.TargetKind == TargetKind.Real ? 2 : 1;
        return new()
        {
            HiddenLayers = [100],
            Initializer = new GlorotUniform { Biases = true },
            NormalizeFeatures = false,
            NormalizeLabel = false,
            Optimizer = new Adam { Epsilon = scale * 1e-8 },
            LearningRate = 0.001,
            BatchSize = batch,
            L2Regularization = scale * 1e-4 / batch,
            NumberOfIterations = 200,
            LossTolerance = new LossTolerance { MinimumImprovement = scale * 1e-4 },
            EarlyStopping = null,
        };
    }
}
