using Backprop.Activations;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Applies an <see cref="Activations.Activation"/> to every input value: y = f(x).</summary>
public sealed record ActivationLayer : Layer, IHasActivation, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="activation">The function f.</param>
    public ActivationLayer(int width, Activation activation) : base(width, width)
    {
        ArgumentNullException.ThrowIfNull(activation);
        Activation = activation;
    }

    /// <summary>Makes the layer that applies an activation. An activation with learned parameters has its own kind of layer.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="activation">The function.</param>
    public static Layer For(int width, Activation activation) => activation switch
    {
        PReLU prelu => new PReLULayer(width, prelu.InitialSlope),
        ParametricMix mix => new ParametricMixLayer(width, mix.Inner),
        _ => new ActivationLayer(width, activation),
    };

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>The function f.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public override bool WorksInPlace => Activation.WorksInPlace;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new ActivationLayer(Replicate.Times(Width, members), Activation);

    Layer IDividesMembers.ForMembers(int members, int count) => new ActivationLayer(Width / members * count, Activation);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new ApplyActivation([x], graph.NewName(), Width, Activation));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) =>
        Activation.Forward(x.Values, y.Values);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) Activation.Backward(x.Values, y.Values, dy.Values, dx.Values);
    }
}
