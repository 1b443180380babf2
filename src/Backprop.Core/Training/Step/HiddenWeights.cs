using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The weight matrices that an optimizer may update as a whole.</summary>
internal static class HiddenWeights
{
    /// <summary>The matrices of all dense layers but the last one, by ascending offset: of an ensemble, those of each member. Vectors, and
    /// weights that are not updated, are not part of it.</summary>
    public static WeightMatrix[] Of(Network network, TrainingOptions options)
    {
        if (options.ParameterGroups.Weights.LearningRate == 0) return [];
        List<WeightMatrix[]> layers = [];
        for (var l = 0; l < network.Layers.Count; l++)
        {
            if (network.Layers[l] is not IAffine dense) continue;
            var start = network.ParametersOf(l).Start.Value;
            layers.Add([.. Enumerable.Range(0, dense.Groups).Select(group =>
                new WeightMatrix(start + dense.WeightsOf(group).Start.Value, dense.GroupInputs, dense.GroupOutputs))]);
        }
        return [.. layers.SkipLast(1).SelectMany(matrices => matrices).Where(matrix => matrix is { Rows: > 1, Columns: > 1 })];
    }
}
