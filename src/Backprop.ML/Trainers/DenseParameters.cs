using Backprop.Layers;

namespace Backprop.ML;

/// <summary>Weights and biases of one dense layer, y = x·W + b, of one member where there are several.</summary>
public sealed class DenseParameters
{
    private readonly float[] _weights, _biases;

    internal DenseParameters(IAffine layer, ReadOnlySpan<float> parameters, int group)
    {
        (Inputs, Outputs) = (layer.GroupInputs, layer.GroupOutputs);
        _weights = layer.EffectiveWeights(parameters, group);
        _biases = parameters[layer.BiasesOf(group)].ToArray();
    }

    /// <summary>Numbers that enter a unit.</summary>
    public int Inputs { get; }

    /// <summary>Units of the layer.</summary>
    public int Outputs { get; }

    /// <summary>W, [Inputs × Outputs], row-major, with the fixed factor of <see cref="NtkDense"/> in it: the weight from input i to unit j
    /// stands at i·Outputs + j.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>b, [Outputs].</summary>
    public ReadOnlySpan<float> Biases => _biases;
}
