using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x·W / √Inputs + b: a dense layer in the neural tangent parametrization, whose weights are of size 1 whatever its width.
/// Parameters: W [Inputs × Outputs] row-major, then b [Outputs].</summary>
/// <remarks>
/// Jacot, Gabriel and Hongler (2018), "Neural tangent kernel", arXiv:1806.07572; used by Holzmüller, Grinsztajn and Steinwart (2024),
/// "Better by default", arXiv:2407.04491. The steps of Adam do not depend on the size of the gradient. With Adam, the effective weights
/// then change by 1/√Inputs of the change in a <see cref="Dense"/> layer. So one learning rate suits all widths. Initialize the layer with
/// <see cref="NtkNormal"/> or <see cref="DataDependent"/>.
/// </remarks>
public sealed record NtkDense : AffineLayer, IReplicable, IGradientOfShards
{
    private readonly Dense _dense;
    private readonly Real _scale;

    /// <summary>Makes a fully connected layer.</summary>
    /// <param name="inputs">Inputs per example; at least 1.</param>
    /// <param name="outputs">Units; at least 1.</param>
    /// <exception cref="ArgumentException">The layer would have more parameters than one array can hold.</exception>
    public NtkDense(int inputs, int outputs) : base(inputs, outputs)
    {
        _dense = new Dense(inputs, outputs);
        WeightFactor = 1 / Math.Sqrt(inputs);
        _scale = (Real)WeightFactor;
    }

    /// <summary>1/√Inputs.</summary>
    public override double WeightFactor { get; }

    /// <inheritdoc/>
    public override int ParameterCount => _dense.ParameterCount;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => _dense.Blocks;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override int PartLength => _dense.PartLength;

    Layer IReplicable.Replicated(int members) =>
        new GroupedDense(Replicate.Times(Inputs, members), Replicate.Times(Outputs, members), members, ntkParametrization: true);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) =>
        _dense.Initialize(parameters, initializer, random);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => _dense.Forward(parameters, [], x, y, _scale);

    /// <inheritdoc/>
    public override Real[] Pack(ReadOnlySpan<Real> parameters) => _dense.Pack(parameters);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y) =>
        _dense.Forward(parameters, packed, x, y, _scale);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters) =>
        _dense.Backward(parameters, x, dy, dx, dParameters, _scale);

    /// <inheritdoc/>
    public override void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        _dense.BackwardPart(x, dy, [], first, dPart, _scale);

    void IGradientOfShards.BackwardPart(ReadOnlyMatrix x, ReadOnlyMatrix dy, ReadOnlySpan<int> ends, int first, Span<Real> dPart) =>
        _dense.BackwardPart(x, dy, ends, first, dPart, _scale);
}
