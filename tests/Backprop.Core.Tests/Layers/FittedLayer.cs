using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

/// <summary>A layer that is fitted to some rows and applied to others.</summary>
internal static class FittedLayer
{
    /// <summary>What the layer makes of some rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="examples">[rows × Inputs]: the rows that it is fitted to.</param>
    /// <param name="x">[rows × Inputs]; null for the same.</param>
    public static float[] Forward<TLayer>(TLayer layer, float[] examples, float[]? x = null) where TLayer : Layer, IFitsTrainingData
    {
        x ??= examples;
        float[] parameters = TestNumbers.Unassigned(layer.ParameterCount),
            y = TestNumbers.Unassigned(x.Length / layer.Inputs * layer.Outputs);
        layer.Initialize(parameters, new GlorotUniform(), new RandomSequence(1, RandomPurpose.Initialization));
        Assert.All(parameters, value => Assert.True(float.IsFinite(value)));
        layer.Fit(parameters, new ReadOnlyMatrix(examples, examples.Length / layer.Inputs, layer.Inputs));
        Assert.All(parameters, value => Assert.True(float.IsFinite(value)));
        layer.Forward(
            parameters, new ReadOnlyMatrix(x, x.Length / layer.Inputs, layer.Inputs),
            new Matrix(y, x.Length / layer.Inputs, layer.Outputs));
        return y;
    }
}
