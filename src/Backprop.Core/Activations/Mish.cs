using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x·tanh(log(1 + eˣ)): a smooth ReLU that dips below 0.</summary>
/// <remarks>Misra (2019), "Mish: a self regularized non-monotonic activation function", arXiv:1908.08681. With n = eˣ and w = n² + 2n it is
/// x·w/(w + 2), which needs one exponential.</remarks>
public sealed record Mish : Activation
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new DerivativeTimes(), x, dy, dx);

    internal override Mixture Mixture => new MixtureOf<Curve>();

    // Beyond, tanh(log(1 + eˣ)) rounds to 1, and n² would overflow.
    private const double Linear = 20;

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => default(Curve).Value(x);
    }

    private readonly struct DerivativeTimes : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes> => dy * default(Curve).Derivative(x);
    }

    private readonly struct Curve : ICurve
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes two = TLanes.Broadcast(2), n = Exponential.Exp(TLanes.Min(TLanes.Broadcast((Real)Linear), x)), w = n * (n + two);
            return x * (w / (w + two));
        }

        // w/(w + 2) + 4·x·n·(n + 1)/(w + 2)².
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Derivative<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), two = TLanes.Broadcast(2), near = TLanes.Min(TLanes.Broadcast((Real)Linear), x);
            TLanes n = Exponential.Exp(near), w = n * (n + two), inverse = one / (w + two);
            return TLanes.MultiplyAdd(TLanes.Broadcast(4) * near * n, (n + one) * inverse * inverse, w * inverse);
        }
    }
}
