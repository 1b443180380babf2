using Backprop.Activations;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Calls a capability of a layer, or applies the default to a layer without that capability.</summary>
/// <remarks>For code that runs rarely. A <c>Network</c> finds the capabilities once, when it is made.</remarks>
internal static class LayerCapabilities
{
    /// <summary>For messages: the layers that hold parameters for every member of an ensemble.</summary>
    public const string LayersOfMembers = $"{nameof(GroupedDense)} and {nameof(PerMember)}";

    extension(Layer layer)
    {
        /// <summary>Whether some parameters are fitted to the training data (<see cref="IFitsTrainingData"/>).</summary>
        public bool IsFitted => layer is IFitsTrainingData { IsFitted: true };

        /// <summary>Whether a step of training draws random numbers here.</summary>
        public bool IsRandom => layer is ITrainingBehavior { IsRandom: true };

        /// <summary>The length of the statistics of the batch; 0 without statistics.</summary>
        public int StatisticsLength => layer is IBatchStatistics statistics ? statistics.StatisticsLength : 0;

        /// <summary>The smallest part of the gradient: all parameters, unless the layer has parts.</summary>
        public int PartLength => layer is IGradientParts parts ? parts.PartLength : layer.ParameterCount;

        /// <summary>Whether the layer can process all members of an ensemble at once.</summary>
        public bool SupportsEnsembles(int members) => layer is ISupportsEnsembles supporting && supporting.SupportsEnsembles(members);

        /// <summary>The layer that does the same for several members of an ensemble.</summary>
        public Layer Replicated(int members) => layer is IReplicable own ? own.Replicated(members) : new PerMember(layer, members);

        /// <summary>The activations that the layer applies to its units; none for a layer that does something else.</summary>
        public IReadOnlyList<Activation> Activations => PerMember.EachOf(layer) switch
        {
            IHasActivation own => [own.Activation],
            ParallelLayers { Parts: var parts } when parts.All(part => part is IHasActivation) =>
                [.. parts.Cast<IHasActivation>().Select(part => part.Activation)],
            _ => [],
        };

        /// <summary>The parameters as named arrays.</summary>
        public IReadOnlyList<ParameterArray> Arrays => layer is INamedArrays own ? own.Arrays : ParameterArray.OfBlocks(layer);

        /// <summary>The parameters in packed order; empty for a layer that has none.</summary>
        public Real[] Pack(ReadOnlySpan<Real> parameters) => layer is IPackable packable ? packable.Pack(parameters) : [];

        /// <inheritdoc cref="IPackable.Forward"/>
        public void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y)
        {
            if (layer is IPackable packable) packable.Forward(parameters, packed, x, y);
            else layer.Forward(parameters, x, y);
        }

        /// <inheritdoc cref="IGradientParts.BackwardPart"/>
        public void BackwardPart(
            ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart)
        {
            if (layer is IGradientParts parts) parts.BackwardPart(parameters, x, y, dy, first, dPart);
            else layer.Backward(parameters, x, y, dy, default, dPart);
        }
    }
}
