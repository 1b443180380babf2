using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>yⱼ = sⱼ·xⱼ, with one learned factor per feature, 1 at first: a soft feature selection.</summary>
/// <remarks>Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491, where it is the first layer and learns six
/// times as fast as the weights.</remarks>
public sealed record InputScale : Layer, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Makes a layer of <paramref name="width"/> features.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    public InputScale(int width) : base(width, width)
    {
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <inheritdoc/>
    public override int ParameterCount => Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("scale", Width, ParameterRole.Scale)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new InputScale(Replicate.Times(Width, members));

    Layer IDividesMembers.ForMembers(int members, int count) => new InputScale(Width / members * count);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => parameters.Fill(1);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new MultiplyColumns([x], graph.NewName(), Width, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) =>
        RowWise.Zip(new Arithmetic.Product(), x, parameters, y);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) RowWise.Zip(new Arithmetic.Product(), dy, parameters, dx);
        if (!dParameters.IsEmpty) RowWise.Sum(new Arithmetic.ProductAndSum(), x, dy, dParameters);
    }
}
