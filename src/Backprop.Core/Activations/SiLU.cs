using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>x·σ(x), also called swish: a smooth ReLU that dips below 0.</summary>
/// <remarks>Elfwing, Uchibe and Doya (2018), "Sigmoid-weighted linear units", arXiv:1702.03118; Ramachandran, Zoph and Le (2017),
/// arXiv:1710.05941.</remarks>
public sealed record SiLU : Activation
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => Elementwise.Map(new Function(), x, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip(new Derivative(), x, dy, dx);

    private readonly struct Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x * Exponential.Sigmoid(x);
    }

    // σ + x·σ·(1 − σ).
    private readonly struct Derivative : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            TLanes s = Exponential.Sigmoid(x), one = TLanes.Broadcast(1);
            return dy * s * TLanes.MultiplyAdd(x, one - s, one);
        }
    }
}
