using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>yⱼ = xⱼ for positive xⱼ, aⱼ·xⱼ otherwise, with one learned factor aⱼ per unit. Parameters: a [Width].</summary>
/// <remarks>He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852, eq. 1; as PyTorch's PReLU. It is the layer of
/// <see cref="PReLU"/>.</remarks>
public sealed record PReLULayer : Layer, IHasActivation, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="initialSlope">The initial a; finite. Default 0.25.</param>
    public PReLULayer(int width, double initialSlope = 0.25) : base(width, width)
    {
        if (!double.IsFinite(initialSlope)) throw new ArgumentOutOfRangeException(nameof(initialSlope), initialSlope, "must be finite");
        InitialSlope = initialSlope;
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>The initial a.</summary>
    public double InitialSlope { get; }

    Activation IHasActivation.Activation => new PReLU { InitialSlope = InitialSlope };

    /// <inheritdoc/>
    public override int ParameterCount => Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("slopes", Width, ParameterRole.Activation)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => new PReLULayer(Replicate.Times(Width, members), InitialSlope);

    Layer IDividesMembers.ForMembers(int members, int count) => new PReLULayer(Width / members * count, InitialSlope);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) =>
        parameters.Fill((Real)InitialSlope);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new RectifyColumns([x], graph.NewName(), Width, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++) Elementwise.Zip(new Function(), x.Row(row), parameters, y.Row(row));
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        for (var row = 0; row < dx.Rows; row++) Elementwise.Zip(new Derivative(), x.Row(row), parameters, dy.Row(row), dx.Row(row));
        if (dParameters.IsEmpty) return;
        dParameters.Clear();
        for (var row = 0; row < x.Rows; row++)
            Elementwise.Zip(new DerivativeOfParameter(), x.Row(row), dy.Row(row), dParameters, dParameters);
    }

    private readonly struct Function : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes a) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), x, x, a * x);
    }

    private readonly struct Derivative : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes a, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(TLanes.Broadcast(0), x, dy, a * dy);
    }

    // Adds dy·min(x, 0) to the sum of the rows before.
    private readonly struct DerivativeOfParameter : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy, TLanes sum) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(dy, TLanes.SelectLess(TLanes.Broadcast(0), x, TLanes.Broadcast(0), x), sum);
    }
}
