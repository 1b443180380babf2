using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x + the input of an earlier layer. Around a block of layers it makes a residual block: the block only learns what to add,
/// and gradients flow past it undamped.</summary>
/// <remarks>
/// He, Zhang, Ren and Sun (2015), "Deep residual learning for image recognition", arXiv:1512.03385. The network adds the second summand,
/// because a layer sees only its own input. The layer by itself copies its input.
/// </remarks>
public sealed record SkipConnection : Layer, IReadsEarlierOutput, IHasPlace, ISupportsEnsembles, IReplicable, IDescribesInference
{
    /// <summary>Closes a residual block.</summary>
    /// <param name="width">Numbers per example, in and out; at least 1.</param>
    /// <param name="length">How many layers the block has: the input of the first of them is added; at least 1.</param>
    public SkipConnection(int width, int length) : base(width, width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
    }

    /// <summary>Numbers per example, in and out.</summary>
    public int Width => Inputs;

    /// <summary>How many layers the block has.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new SkipConnection(Replicate.Times(Width, members), Length);

    int IReadsEarlierOutput.SourceOf(int layer) => layer - Length;

    void IReadsEarlierOutput.AddForward(ReadOnlyMatrix earlier, Matrix y) =>
        Elementwise.Zip(new Arithmetic.Sum(), y.Values, earlier.Values, y.Values);

    void IReadsEarlierOutput.AddBackward(ReadOnlyMatrix dy, Matrix dEarlier) =>
        Elementwise.Zip(new Arithmetic.Sum(), dEarlier.Values, dy.Values, dEarlier.Values);

    Layer IReadsEarlierOutput.Moved(int layer, int source) => new SkipConnection(Width, layer - source);

    void IHasPlace.CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers)
    {
        var source = layer - Length;
        var adds = $"Layer {layer} adds what entered {Length} layers before it";
        if (source < 0) throw new ArgumentException($"{adds}; there are {layer}.");
        if (source < firstOfMembers) throw new ArgumentException($"{adds}, where the members of the ensemble were not yet made.");
        var width = layers[source].Inputs;
        if (width != Width) throw new ArgumentException($"Layer {layer} adds {width} numbers, which entered layer {source}, to {Width}.");
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
