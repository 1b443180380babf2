using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Core.Tests.Training;

/// <summary>Takes an ensemble apart.</summary>
internal static class EnsembleParts
{
    /// <summary>One member's parameters in the order of a single network: block by block of its layers.</summary>
    public static float[] ParametersOf(Network ensemble, float[] parameters, Network single, int member)
    {
        var own = new List<float>();
        var layers = Enumerable.Range(0, ensemble.Layers.Count).Where(l => ensemble.Layers[l].ParameterCount > 0).ToArray();
        foreach (var (layer, l) in single.Layers.Where(layer => layer.ParameterCount > 0).Zip(layers))
        {
            var ofLayer = parameters[ensemble.ParametersOf(l)];
            if (ensemble.Layers[l] is GroupedDense or PerMember)
            {
                own.AddRange(ofLayer.AsSpan(member * layer.ParameterCount, layer.ParameterCount));
                continue;
            }
            foreach (var (_, length, _) in layer.Blocks)
            {
                own.AddRange(ofLayer.AsSpan(member * length, length));
                ofLayer = ofLayer[(ensemble.EnsembleSize * length)..];
            }
        }
        return [.. own];
    }
}
