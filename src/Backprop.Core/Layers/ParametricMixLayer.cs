using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>yⱼ = xⱼ + aⱼ·(f(xⱼ) − xⱼ), with one learned aⱼ per unit, 1 at first: the share of the activation f that it uses. Parameters: a
/// [Width].</summary>
/// <remarks>Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491. It is the layer of
/// <see cref="ParametricMix"/>.</remarks>
public sealed record ParametricMixLayer : Layer, IHasActivation, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    private readonly Mixture _mixture;

    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="activation">The function f.</param>
    public ParametricMixLayer(int width, Activation activation) : base(width, width)
    {
        Activation = new ParametricMix(activation).Inner;
        _mixture = Activation.Mixture;
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>The function f.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("shares", Width, ParameterRole.Activation)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new ParametricMixLayer(Replicate.Times(Width, members), Activation);

    Layer IDividesMembers.ForMembers(int members, int count) => new ParametricMixLayer(Width / members * count, Activation);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => parameters.Fill(1);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new MixActivation([x], graph.NewName(), Width, Activation, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => _mixture.Forward(x, parameters, y);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) _mixture.Backward(x, parameters, dy, dx);
        if (!dParameters.IsEmpty) _mixture.BackwardShares(x, dy, dParameters);
    }
}
