using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>A network that scores like another, with fewer layers: see <see cref="IScoringRewrite"/>.</summary>
/// <remarks>
/// Layers that do nothing in scoring are removed. Batch normalization becomes part of the weights before it. It is computed in double
/// and rounded once, so the last digits of scores differ from those of all layers one after another.
/// </remarks>
internal sealed class ScoringForm
{
    private readonly int[]? _outputs;

    private ScoringForm(Network network, Real[] parameters, int[]? outputs = null) =>
        (Network, Parameters, _outputs) = (network, parameters, outputs);

    /// <summary>The layers.</summary>
    public Network Network { get; }

    /// <summary>[Network.ParameterCount]</summary>
    public Real[] Parameters { get; }

    /// <summary>The layer of <see cref="Network"/> that has the output of a layer of the original network. It must be one whose output is
    /// kept.</summary>
    public int OutputOf(int layer) => _outputs is null ? layer : _outputs[layer];

    /// <summary>The form of a network; the same network and parameters, if no layer can be omitted.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="parameters">[network.ParameterCount]</param>
    /// <param name="keptOutputs">The layers whose outputs are kept.</param>
    public static ScoringForm Of(Network network, Real[] parameters, params IReadOnlyCollection<int> keptOutputs)
    {
        var layers = network.Layers;
        if (!layers.Any(layer => layer is IScoringRewrite)) return new ScoringForm(network, parameters);

        var kept = new List<Layer>();
        var values = new List<ReadOnlyMemory<Real>>();
        var entering = new int[layers.Count]; // for every layer: the index, among kept layers, of the one with the same input
        var outputs = new int[layers.Count];
        var isChanged = false; // whether a layer is replaced
        var isReadLater = false; // whether the output of the last layer that is kept is also read elsewhere
        for (var l = 0; l < layers.Count; l++)
        {
            entering[l] = kept.Count;
            outputs[l] = Math.Max(0, kept.Count - 1); // if the layer is omitted
            isReadLater |= network.IsAddedLater(l) || (l > 0 && keptOutputs.Contains(l - 1));
            ReadOnlyMemory<Real> own = parameters.AsMemory(network.ParametersOf(l));
            var rewrite = layers[l] as IScoringRewrite;
            if (rewrite is { IsIdentity: true }) continue;
            var mayMerge = kept.Count > 0 && !isReadLater;
            if (mayMerge && rewrite?.MergeInto(kept[^1], values[^1].ToArray(), own.ToArray()) is { } merged)
            {
                (kept[^1], values[^1]) = merged;
                continue;
            }
            var layer = layers[l];
            if (layer is IReadsEarlierOutput reader)
            {
                var source = entering[reader.SourceOf(l)];
                if (source == kept.Count) return new ScoringForm(network, parameters); // a residual block without any layer that is kept
                layer = reader.Moved(kept.Count, source);
            }
            if (rewrite?.Simplified(own.ToArray()) is { } simplified)
            {
                (layer, own) = simplified;
                isChanged = true;
            }
            outputs[l] = kept.Count;
            kept.Add(layer);
            values.Add(own);
            isReadLater = false;
        }
        return kept.Count == 0 || (kept.Count == layers.Count && !isChanged)
            ? new ScoringForm(network, parameters)
            : new ScoringForm(new Network([.. kept]), MemoryParts.Join(values), outputs);
    }
}
