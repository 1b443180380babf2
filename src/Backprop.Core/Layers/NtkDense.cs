using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x·W / √Inputs + b: a dense layer in the neural tangent parametrization, whose weights are of size 1 whatever its width. Parameters: W [Inputs × Outputs] row-major, then b [Outputs].</summary>
/// <remarks>
/// Jacot, Gabriel and Hongler (2018), "Neural tangent kernel", arXiv:1806.07572; used by Holzmüller, Grinsztajn and Steinwart (2024), "Better by
/// default", arXiv:2407.04491. With Adam, whose steps do not depend on the size of the gradient, the layer then moves by 1/√Inputs of what a
/// <see cref="Dense"/> one does, so one learning rate suits all widths. Wants <see cref="NtkNormal"/> or <see cref="DataDependent"/>. Costs a pass over y, dx and dW more.
/// </remarks>
public sealed record NtkDense : AffineLayer
{
    private readonly Dense _dense;
    private readonly Real _scale;

    /// <summary>Makes a fully connected layer.</summary>
    /// <param name="inputs">Numbers per example that enter; at least 1.</param>
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

    /// <inheritdoc/>
    internal override Layer ForMembers(int members) => new GroupedDense(Replicate.Times(Inputs, members), Replicate.Times(Outputs, members), members, ntkParametrization: true);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => _dense.Initialize(parameters, initializer, random);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        _dense.Forward(parameters, x, y);
        ScaleProduct(parameters, y);
    }

    /// <inheritdoc/>
    public override Real[] Pack(ReadOnlySpan<Real> parameters) => _dense.Pack(parameters);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y)
    {
        _dense.Forward(parameters, packed, x, y);
        ScaleProduct(parameters, y);
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty)
        {
            _dense.Backward(parameters, x, y, dy, dx, []);
            Elementwise.Map(new Arithmetic.Multiple(_scale), dx.Values, dx.Values);
        }
        if (!dParameters.IsEmpty) BackwardPart(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public override void BackwardPart(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        _dense.BackwardPart(parameters, x, y, dy, first, dPart);
        var ofWeights = dPart[..Math.Clamp(WeightCount - first, 0, dPart.Length)];
        Elementwise.Map(new Arithmetic.Multiple(_scale), ofWeights, ofWeights);
    }

    // From x·W + b to s·x·W + b.
    private void ScaleProduct(ReadOnlySpan<Real> parameters, Matrix y)
    {
        var biases = parameters[WeightCount..];
        for (var row = 0; row < y.Rows; row++) ScaleProduct(_scale, biases, y.Row(row));
    }

    /// <summary>The same of one row: y ← scale·y + (1 − scale)·b.</summary>
    internal static void ScaleProduct(Real scale, ReadOnlySpan<Real> biases, Span<Real> y) => Elementwise.Zip(new ScaleAndShift(scale, 1 - scale), y, biases, y);

    private readonly struct ScaleAndShift(Real scale, Real rest) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes bias) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(TLanes.Broadcast(scale), y, TLanes.Broadcast(rest) * bias);
    }
}
