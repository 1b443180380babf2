using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x − features: how far the reconstruction x is from the network's inputs. 0 for a missing feature (NaN), because there is
/// nothing to compare with.</summary>
/// <remarks>
/// An autoencoder ends with this layer and <see cref="WeightedMeanSquare"/>. In an ensemble, every member has its own reconstruction of the
/// same features. The network subtracts the features, because a layer sees only its own input. The layer by itself copies its input.
/// </remarks>
public sealed record ReconstructionResidual
    : Layer, IReadsEarlierOutput, IHasPlace, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Compares reconstructions with the features.</summary>
    /// <param name="features">Features of the network; at least 1.</param>
    /// <param name="reconstructions">Number of reconstructions, one for each member of an ensemble; at least 1.</param>
    public ReconstructionResidual(int features, int reconstructions = 1)
        : base(Replicate.Times(features, reconstructions), Replicate.Times(features, reconstructions)) =>
        (Features, Reconstructions) = (features, reconstructions);

    /// <summary>Features of the network.</summary>
    public int Features { get; }

    /// <summary>Number of reconstructions of the features.</summary>
    public int Reconstructions { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => Reconstructions == members;

    Layer IReplicable.Replicated(int members) => new ReconstructionResidual(Features, Reconstructions * members);

    Layer IDividesMembers.ForMembers(int members, int count) =>
        new ReconstructionResidual(Features, Reconstructions / members * count);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new SubtractKnown([x, earlier!], graph.NewName(), Outputs, Reconstructions));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => x.Values.CopyTo(y.Values);

    int IReadsEarlierOutput.SourceOf(int layer) => 0;

    // A reconstruction of NaN stays NaN.
    void IReadsEarlierOutput.AddForward(ReadOnlyMatrix earlier, Matrix y)
    {
        for (var row = 0; row < y.Rows; row++)
        {
            var features = earlier.Row(row);
            for (var first = 0; first < Outputs; first += Features)
            {
                var residuals = y.Row(row).Slice(first, Features);
                for (var j = 0; j < residuals.Length; j++)
                    residuals[j] = Real.IsNaN(features[j]) ? residuals[j] * 0 : residuals[j] - features[j];
            }
        }
    }

    // A missing feature has no gradient of its own: its residual is 0, and so is the derivative of the square.
    void IReadsEarlierOutput.AddBackward(ReadOnlyMatrix dy, Matrix dEarlier)
    {
        for (var row = 0; row < dy.Rows; row++)
            for (var first = 0; first < Outputs; first += Features)
            {
                var residuals = dy.Row(row).Slice(first, Features);
                for (var j = 0; j < residuals.Length; j++) dEarlier.Row(row)[j] -= residuals[j];
            }
    }

    Layer IReadsEarlierOutput.Moved(int layer, int source) => this;

    void IHasPlace.CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers)
    {
        if (Features != layers[0].Inputs)
            throw new ArgumentException(
                $"Layer {layer} ({nameof(ReconstructionResidual)}) compares with {Features} features, but the network has "
                + $"{layers[0].Inputs} inputs. Both must be equal.", nameof(layers));
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dy.Values.CopyTo(dx.Values);
    }
}
