using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x + the input of an earlier layer. It closes a residual block: the layers of the block only learn what to add, and
/// gradients flow past them undamped.</summary>
/// <remarks>
/// He, Zhang, Ren and Sun (2015), "Deep residual learning for image recognition", arXiv:1512.03385. The network adds the second summand,
/// because a layer sees only its own input. The layer by itself copies its input.
/// </remarks>
public sealed record SkipConnection
    : Layer, IReadsEarlierOutput, IHasPlace, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Closes a residual block.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="length">Number of layers in the block; at least 1. The input of the first of them is added.</param>
    public SkipConnection(int width, int length) : base(width, width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>Number of layers in the block.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new SkipConnection(Replicate.Times(Width, members), Length);

    Layer IDividesMembers.ForMembers(int members, int count) => new SkipConnection(Width / members * count, Length);

    int IReadsEarlierOutput.SourceOf(int layer) => layer - Length;

    void IReadsEarlierOutput.AddForward(ReadOnlyMatrix earlier, Matrix y) =>
        Elementwise.Zip(new Arithmetic.Sum(), y.Values, earlier.Values, y.Values);

    void IReadsEarlierOutput.AddBackward(ReadOnlyMatrix dy, Matrix dEarlier) =>
        Elementwise.Zip(new Arithmetic.Sum(), dEarlier.Values, dy.Values, dEarlier.Values);

    Layer IReadsEarlierOutput.Moved(int layer, int source) => new SkipConnection(Width, layer - source);

    void IHasPlace.CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers)
    {
        var source = layer - Length;
        var adds = $"Layer {layer} ({nameof(SkipConnection)}) adds the input of the layer {Length} positions before it";
        if (source < 0) throw new ArgumentException($"{adds}, but only {layer} layers precede it.");
        if (source < firstOfMembers)
            throw new ArgumentException(
                $"{adds}, but layer {firstOfMembers - 1} makes the members of the ensemble in between. Begin the block after that layer.");
        var width = layers[source].Inputs;
        if (width != Width)
            throw new ArgumentException(
                $"Layer {layer} ({nameof(SkipConnection)}) has width {Width}, but adds the input of layer {source}, which has " +
                $"width {width}. Both widths must be equal.");
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new Add([x, earlier!], graph.NewName(), Width));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => x.Values.CopyTo(y.Values);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dy.Values.CopyTo(dx.Values);
    }
}
