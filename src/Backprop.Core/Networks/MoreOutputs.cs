using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Adds outputs to a trained network.</summary>
internal static class MoreOutputs
{
    /// <summary>The same parameters in a network with more outputs in its last layer. The weights and biases of the new outputs are
    /// 0.</summary>
    /// <remarks>Their gradients are not 0, because the layers before are trained, so they need no random start.</remarks>
    /// <param name="trained">The trained network.</param>
    /// <param name="wider">The layers with the new outputs, which follow those of the trained network.</param>
    /// <returns><paramref name="trained"/> itself, if both have the same number of outputs.</returns>
    /// <exception cref="ArgumentException">The networks differ in more than the outputs of one affine layer.</exception>
    public static TrainedNetwork With(TrainedNetwork trained, Network wider)
    {
        var network = trained.Network;
        if (network.Outputs == wider.Outputs) return trained;
        if (network.Layers.Count != wider.Layers.Count) throw Other();
        var parameters = new Real[wider.ParameterCount];
        for (var l = 0; l < wider.Layers.Count; l++)
        {
            var from = trained.Parameters[network.ParametersOf(l)];
            var to = parameters.AsSpan(wider.ParametersOf(l));
            if (network.Layers[l].Equals(wider.Layers[l])) from.CopyTo(to);
            else if (network.Layers[l] is IAffine narrowLayer && wider.Layers[l] is IAffine wideLayer && AreAlike(narrowLayer, wideLayer))
                Copy(narrowLayer, from, wideLayer, to);
            else if (from.Length + to.Length > 0) throw Other();
        }
        return new TrainedNetwork(wider, parameters, trained.Loss, trained.Inputs, trained.Targets, trained.Bounds, trained.Temperature)
        {
            Means = trained.Means,
            ReportsUncertainty = trained.ReportsUncertainty,
        };

        ArgumentException Other() => new(
            $"The earlier network {network} and the network {wider} differ in more than the number of outputs. Both must have the same "
            + "hidden layers.", nameof(wider));
    }

    private static bool AreAlike(IAffine narrow, IAffine wide) =>
        narrow.Groups == wide.Groups && narrow.GroupInputs == wide.GroupInputs && narrow.GroupOutputs <= wide.GroupOutputs;

    private static void Copy(IAffine narrow, ReadOnlySpan<Real> from, IAffine wide, Span<Real> to)
    {
        for (var group = 0; group < narrow.Groups; group++)
        {
            for (var i = 0; i < narrow.GroupInputs; i++)
                from[narrow.WeightsOf(group)].Slice(i * narrow.GroupOutputs, narrow.GroupOutputs)
                    .CopyTo(to[wide.WeightsOf(group)][(i * wide.GroupOutputs)..]);
            from[narrow.BiasesOf(group)].CopyTo(to[wide.BiasesOf(group)]);
        }
    }
}
