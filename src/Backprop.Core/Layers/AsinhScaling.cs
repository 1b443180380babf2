using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = scale·asinh(x/scale) of the first inputs: nearly x where |x| is small, and sign(x)·scale·ln(2|x|/scale) where it is large.
/// The others are copied unchanged.</summary>
/// <remarks>
/// Outliers come close, but stay apart: distances, durations and prices often have a logarithmic effect. <see cref="SmoothClip"/> makes
/// all large values almost equal. Burbidge, Magee and Robb (1988), "Alternative transformations to handle extreme values of the dependent
/// variable", Journal of the American Statistical Association 83.
/// </remarks>
public sealed record AsinhScaling : FeatureFunction
{
    /// <summary>Makes a layer.</summary>
    /// <param name="inputs">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="features">How many inputs, from the first on, are transformed; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="scale">Where the logarithm begins; &gt; 0 and finite.</param>
    public AsinhScaling(int inputs, int features, double scale) : base(inputs, features) => Scale = Positive(scale, nameof(scale));

    /// <summary>Where the logarithm begins: the derivative is 1/√2 there, and 1 at 0.</summary>
    public double Scale { get; }

    private protected override FeatureFunction Of(int inputs) => new AsinhScaling(inputs, inputs, Scale);

    private protected override void Apply(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Asinh((Real)Scale), x, y);

    private protected override void MultiplyByDerivative(ReadOnlySpan<Real> x, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative((Real)Scale), x, dy, dx);

    private protected override InferenceOperation Describe(string x, string output) =>
        new CompressColumns([x], output, Outputs, Features, Scale);

    // asinh(a) = ln(1 + (a + a²/(1 + √(1 + a²)))). Beyond 1, the quotient is divided by a, so that no square is infinite. Values beyond an
    // eighth of the largest number are equal.
    private readonly struct Asinh(Real scale) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), bound = TLanes.Broadcast(scale), most = TLanes.Broadcast(Real.MaxValue / 8);
            var a = TLanes.Abs(x) / bound;
            a = TLanes.SelectLess(most, a, most, a);
            TLanes near = TLanes.SelectLess(one, a, one / a, a), root = TLanes.Sqrt(TLanes.MultiplyAdd(near, near, one));
            var excess = a + TLanes.SelectLess(one, a, a / (near + root), a * a / (one + root));
            return TLanes.CopySign(bound * Logarithm.LogOnePlus(excess), x);
        }
    }

    // dy/√(1 + (x/scale)²)
    private readonly struct Derivative(Real scale) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes> => dy * InverseRoot(x, scale);
    }
}
