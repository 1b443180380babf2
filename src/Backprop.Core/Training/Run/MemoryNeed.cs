using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>About how many bytes a training needs in addition to the values of its examples. An upper estimate, computed before anything is
/// allocated.</summary>
/// <param name="Fixed">Bytes that do not depend on the number of examples.</param>
/// <param name="PerExample">Bytes for every example in memory.</param>
internal readonly record struct MemoryNeed(long Fixed, long PerExample)
{
    // The parameters, their gradient, the optimizer's vectors, averages, the best parameters so far, the result and its packed form.
    private const int VectorsOfParameters = 12;

    // The order of an epoch, the rows of a split, folds, sorted columns, and another copy of targets and weights.
    private const int ValuesPerExample = 12;

    private const int DefaultBatch = 1024;

    /// <summary>The memory for a network and its training options.</summary>
    public static MemoryNeed Of(Network network, TrainingOptions options, int targets)
    {
        long parameters = network.ParameterCount, widths = network.Layers.Sum(layer => (long)layer.Outputs);
        long vectors = VectorsOfParameters + options.Optimizer.MemoryVectors;
        // Outputs and gradients; inputs, and the inputs of mixup partners
        var ofRow = 2 * widths + 2L * network.EnsembleSize * (network.Inputs + targets);
        var batch = options.BatchSize ?? (options.Optimizer.UsesLineSearch ? TrainingOptions.FullBatch : DefaultBatch);
        var isFull = batch > 1 << 20;

        long perExample = ValuesPerExample + 2L * network.EnsembleSize + 2L * network.Outputs + 2L * targets;
        if (options.OutputBiasPrior) perExample += 2L * network.Outputs + targets;
        if (isFull) perExample += ofRow;
        var values = vectors * parameters + (isFull ? 0 : batch * ofRow) + Start(network, options, widths);
        return new MemoryNeed(values * sizeof(Real), perExample * sizeof(Real));
    }

    // The sample for the measurement of starting values, and inputs and outputs of the widest layer that measures it.
    private static long Start(Network network, TrainingOptions options, long widths)
    {
        if (options.Initializer is not DataDependent && !network.IsFitted) return 0;
        var measured = network.Layers.Where(layer => layer.IsFitted || layer is IAffine).Select(layer =>
            (long)layer.Inputs + layer.Outputs);
        return TrainingSetup.SampleSizeFor(network, widths) * (network.Inputs + measured.DefaultIfEmpty(0).Max());
    }
}
