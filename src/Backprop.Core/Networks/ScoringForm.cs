using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>A network that scores like another, with fewer layers: what only training needs is left out, and batch normalization becomes part of the weights before it.</summary>
/// <remarks>
/// γ·(x·W + b − μ)/√(σ² + ε) + β = x·(W·s) + (b − μ)·s + β with s = γ/√(σ² + ε), unit by unit. Computed in double and rounded once, so scores differ in the last digits from those of the layers one after the other.
/// </remarks>
internal sealed class ScoringForm
{
    private ScoringForm(Network network, Real[] parameters) => (Network, Parameters) = (network, parameters);

    /// <summary>The layers.</summary>
    public Network Network { get; }

    /// <summary>[Network.ParameterCount]</summary>
    public Real[] Parameters { get; }

    /// <summary>The form of a network; the same network and parameters, when there is nothing to gain.</summary>
    public static ScoringForm Of(Network network, Real[] parameters)
    {
        var layers = network.Layers;
        if (!layers.Any(layer => layer is BatchNormalization or TrainingOnlyLayer)) return new ScoringForm(network, parameters);

        var branches = layers.Select((layer, l) => layer is SkipConnection skip ? l - skip.Length - 1 : -2).ToHashSet();
        var kept = new List<Layer>();
        var values = new List<Real[]>();
        var outputs = new int[layers.Count]; // of every layer: which of the kept ones gives its output, from 1 on; 0 are the features
        for (var l = 0; l < layers.Count; l++)
        {
            var own = parameters[network.ParametersOf(l)];
            if (layers[l] is BatchNormalization normalization && kept.Count > 0 && kept[^1] is AffineLayer dense && !branches.Contains(l - 1))
            {
                (kept[^1], values[^1]) = Fold(dense, values[^1], normalization, own);
            }
            else if (layers[l] is not TrainingOnlyLayer)
            {
                kept.Add(layers[l] is SkipConnection skip ? new SkipConnection(skip.Width, kept.Count - OutputAt(l - skip.Length - 1)) : layers[l]);
                values.Add(own);
            }
            outputs[l] = kept.Count;
        }
        return kept.Count == 0 || kept.Count == layers.Count ? new ScoringForm(network, parameters) : new ScoringForm(new Network([.. kept]), [.. values.SelectMany(own => own)]);

        int OutputAt(int layer) => layer < 0 ? 0 : outputs[layer];
    }

    private static (Layer Layer, Real[] Parameters) Fold(AffineLayer dense, Real[] parameters, BatchNormalization normalization, Real[] normalizing)
    {
        int width = normalization.Width, outputs = dense.GroupOutputs;
        var folded = new Real[parameters.Length];
        for (var unit = 0; unit < width; unit++)
        {
            var (group, column) = Math.DivRem(unit, outputs);
            Range ofWeights = dense.WeightsOf(group), ofBiases = dense.BiasesOf(group);
            double scale = normalizing[unit], shift = normalizing[width + unit], mean = normalizing[2 * width + unit], variance = normalizing[3 * width + unit];
            var factor = scale / Math.Sqrt(variance + normalization.Epsilon);
            for (var i = ofWeights.Start.Value + column; i < ofWeights.End.Value; i += outputs) folded[i] = (Real)(parameters[i] * dense.WeightFactor * factor);
            var bias = ofBiases.Start.Value + column;
            folded[bias] = (Real)((parameters[bias] - mean) * factor + shift);
        }
        return (dense is GroupedDense ? new GroupedDense(dense.Inputs, dense.Outputs, dense.Groups, ntkParametrization: false) : new Dense(dense.Inputs, dense.Outputs), folded);
    }
}
