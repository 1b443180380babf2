using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x / √(1 + (x/limit)²) of the first inputs: nearly x where x is small, and never beyond ±limit. The others are
/// copied unchanged.</summary>
/// <remarks>
/// Outliers keep their order, while a hard limit would make them equal. Holzmüller, Grinsztajn and Steinwart (2024), "Better by default",
/// arXiv:2407.04491, where it follows scaling by median and quartiles, with a limit of 3.
/// </remarks>
public sealed record SmoothClip : FeatureFunction
{
    /// <summary>Makes a layer.</summary>
    /// <param name="inputs">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="features">How many inputs, from the first on, are clipped; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="limit">The limit of |y|; &gt; 0 and finite.</param>
    public SmoothClip(int inputs, int features, double limit) : base(inputs, features) => Limit = Positive(limit, nameof(limit));

    /// <summary>The limit of |y|.</summary>
    public double Limit { get; }

    private protected override FeatureFunction Of(int inputs) => new SmoothClip(inputs, inputs, Limit);

    private protected override void Apply(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Clipped((Real)Limit), x, y);

    private protected override void MultiplyByDerivative(ReadOnlySpan<Real> x, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative((Real)Limit), x, dy, dx);

    private protected override InferenceOperation Describe(string x, string output) =>
        new ClipSmoothly([x], output, Outputs, Features, Limit);

    // Beyond the limit, the inverse quotient is used. Otherwise the square of a large value would be infinite, and the result 0.
    private readonly struct Clipped(Real limit) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), bound = TLanes.Broadcast(limit);
            var far = TLanes.Abs(x) / bound;
            var quotient = TLanes.SelectLess(one, far, one / far, far);
            return TLanes.SelectLess(one, far, TLanes.CopySign(bound, x), x) / TLanes.Sqrt(TLanes.MultiplyAdd(quotient, quotient, one));
        }
    }

    // dy·(1 + (x/limit)²)^(−3/2)
    private readonly struct Derivative(Real limit) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            var share = InverseRoot(x, limit);
            return dy * share * share * share;
        }
    }
}
