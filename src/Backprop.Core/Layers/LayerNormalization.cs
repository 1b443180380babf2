using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = γ·(x − μ)/√(σ² + ε) + β, with μ and σ² of the row's own units: no row depends on another, in training either.</summary>
/// <remarks>
/// Ba, Kiros and Hinton (2016), "Layer normalization", arXiv:1607.06450; the variance is divided by the units, as in PyTorch's LayerNorm.
/// Parameters: γ, then β, each [Width].
/// </remarks>
public sealed record LayerNormalization : Layer, IDescribesInference
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="epsilon">ε: keeps the quotient finite where all units are equal; &gt; 0. Default 1e-5.</param>
    public LayerNormalization(int width, double epsilon = 1e-5) : base(width, width)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "must be > 0 and finite");
        if (width > Array.MaxLength / 2)
            throw new ArgumentOutOfRangeException(nameof(width), width, $"must be at most {Array.MaxLength / 2}");
        Epsilon = epsilon;
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>ε: keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override int ParameterCount => 2 * Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [new("scale", Width, ParameterRole.Scale), new("shift", Width, ParameterRole.Bias)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        parameters[..Width].Fill(1);
        parameters[Width..].Clear();
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new NormalizeRows([x], graph.NewName(), Width, parameters, Epsilon));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            Normalize(x.Row(row), y.Row(row));
            Elementwise.Zip(new Arithmetic.ProductAndSum(), y.Row(row), parameters[..Width], parameters[Width..], y.Row(row));
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        var normalized = Scratch.OfAtLeast(Width).AsSpan(0, Width);
        dParameters.Clear();
        for (var row = 0; row < x.Rows; row++)
        {
            var factor = Normalize(x.Row(row), normalized);
            var gradients = dy.Row(row);
            if (!dParameters.IsEmpty)
            {
                Elementwise.Zip(new Arithmetic.ProductAndSum(), gradients, normalized, dParameters[..Width], dParameters[..Width]);
                Elementwise.Zip(new Arithmetic.Sum(), dParameters[Width..], gradients, dParameters[Width..]);
            }
            if (!dx.IsEmpty) DifferentiateRow(gradients, parameters[..Width], normalized, factor, dx.Row(row));
        }
    }

    // With g = γ·dy: dx = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε).
    private static void DifferentiateRow(
        ReadOnlySpan<Real> dy, ReadOnlySpan<Real> scale, ReadOnlySpan<Real> normalized, double factor, Span<Real> dx)
    {
        Elementwise.Zip(new Arithmetic.Product(), dy, scale, dx);
        double mean = Sums.Of(dx) / dx.Length, projection = Sums.OfProducts(dx, normalized) / dx.Length;
        Elementwise.Zip(new Derivative((Real)factor, (Real)mean, (Real)projection), dx, normalized, dx);
    }

    private double Normalize(ReadOnlySpan<Real> x, Span<Real> normalized)
    {
        var mean = Sums.Of(x) / x.Length;
        Elementwise.Map(new Arithmetic.Add((Real)(-mean)), x, normalized);
        var factor = 1 / Math.Sqrt(Sums.OfSquares(normalized) / x.Length + Epsilon);
        Elementwise.Map(new Arithmetic.Multiple((Real)factor), normalized, normalized);
        return factor;
    }

    private readonly struct Derivative(Real factor, Real mean, Real projection) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes g, TLanes normalized) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(factor) * TLanes.MultiplyAdd(normalized, TLanes.Broadcast(-projection), g - TLanes.Broadcast(mean));
    }
}
