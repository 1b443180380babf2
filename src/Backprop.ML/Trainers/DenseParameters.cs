using Backprop.Layers;

namespace Backprop.ML;

/// <summary>Weights and biases of one dense layer, y = x·W + b; for an ensemble, of one member.</summary>
public sealed class DenseParameters
{
    private readonly float[] _weights, _biases;

    internal DenseParameters(IAffine layer, ReadOnlySpan<float> parameters, int group)
    {
        (Inputs, Outputs) = (layer.GroupInputs, layer.GroupOutputs);
        _weights = layer.EffectiveWeights(parameters, group);
        _biases = parameters[layer.BiasesOf(group)].ToArray();
    }

    /// <summary>Number of inputs of each unit.</summary>
    public int Inputs { get; }

    /// <summary>Number of units of the layer.</summary>
    public int Outputs { get; }

    /// <summary>W, [Inputs × Outputs], row-major: the weight from input i to unit j has the index i·Outputs + j. The fixed factor of
    /// <see cref="NtkDense"/> is included.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>b, [Outputs].</summary>
    public ReadOnlySpan<float> Biases => _biases;
}
