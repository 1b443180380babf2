using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>λ·x for positive x, λ·α·(eˣ − 1) otherwise, with λ = 1.0507 and α = 1.6733: units keep mean 0 and variance 1 from layer to
/// layer.</summary>
/// <remarks>Klambauer, Unterthiner, Mayr and Hochreiter (2017), "Self-normalizing neural networks", arXiv:1706.02515. Use it with
/// LeCun-normal weights and alpha dropout.</remarks>
public sealed record SELU : Activation
{
    /// <inheritdoc/>
    public override bool IsNondecreasing => true;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), y, dy, dx);

    internal override Mixture Mixture => new MixtureOf<Curve>();

    private const double Alpha = 1.6732632423543772, Lambda = 1.0507009873554805;

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => default(Curve).Value(x);
    }

    private readonly struct Curve : ICurve
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(
                TLanes.Broadcast(0), x, TLanes.Broadcast((Real)Lambda) * x,
                TLanes.Broadcast((Real)(Lambda * Alpha)) * Exponential.ExpMinusOneOfNegative(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Derivative<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes beyond = TLanes.Broadcast((Real)(Lambda * Alpha));
            return TLanes.SelectLess(
                TLanes.Broadcast(0), x, TLanes.Broadcast((Real)Lambda),
                TLanes.MultiplyAdd(beyond, Exponential.ExpMinusOneOfNegative(x), beyond));
        }
    }

    // λ·α·eˣ = y + λ·α, so the output is all we need.
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            dy * TLanes.SelectLess(TLanes.Broadcast(0), y, TLanes.Broadcast((Real)Lambda), y + TLanes.Broadcast((Real)(Lambda * Alpha)));
    }
}
