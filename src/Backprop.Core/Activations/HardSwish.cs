using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x times (x/6 + ½ cut to [0, 1]): SiLU of a parabola and straight lines.</summary>
/// <remarks>Howard et al. (2019), "Searching for MobileNetV3", arXiv:1905.02244.</remarks>
public sealed record HardSwish : Activation
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), x, dy, dx);

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            x * new Arithmetic.Clamp(0, 1).Invoke(TLanes.MultiplyAdd(x, TLanes.Broadcast((Real)(1.0 / 6)), TLanes.Broadcast((Real)0.5)));
    }

    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), three = TLanes.Broadcast(3);
            var inside = dy * TLanes.MultiplyAdd(x, TLanes.Broadcast((Real)(1.0 / 3)), TLanes.Broadcast((Real)0.5));
            return TLanes.SelectLess(TLanes.Abs(x), three, inside, TLanes.SelectLess(zero, x, dy, zero));
        }
    }
}
