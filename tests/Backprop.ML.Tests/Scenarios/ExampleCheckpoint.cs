using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The checkpoint of a small training.</summary>
internal static class ExampleCheckpoint
{
    private static readonly Lazy<OptimizerMemory> _memory = new(() => MemoryOf(Options(Synthetic.Value, new Adam(), 1)).Memory);

    /// <summary>The memory of some optimizer.</summary>
    public static OptimizerMemory OptimizerMemory => _memory.Value;

    /// <summary>Options whose steps depend on nothing but parameters and optimizer.</summary>
    public static BackpropTrainer.Options Options(string label, Optimizer optimizer, int epochs) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        Optimizer = optimizer,
        LearningRate = 0.01,
        HiddenLayers = [8],
        NumberOfIterations = epochs,
        Shuffle = false,
        Seed = 1,
    };

    /// <summary>Trains, and reads the memory of the optimizer from the checkpoint.</summary>
    public static (BackpropTransformer Model, OptimizerMemory Memory) MemoryOf(BackpropTrainer.Options options)
    {
        var ml = new MLContext(seed: 1);
        var folder = Directory.CreateTempSubdirectory("backprop-checkpoint-");
        try
        {
            var path = Path.Combine(folder.FullName, "training.checkpoint");
            options.Checkpoint = new Checkpoint(path);
            var model = new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 200));
            return (model, OptimizerMemory.FromCheckpoint(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
