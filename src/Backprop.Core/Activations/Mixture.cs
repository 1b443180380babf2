using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>y = x + a·(f(x) − x) over the rows of a matrix, with an a for each column: the computation of <see cref="ParametricMix"/> with
/// one activation f. Two mixtures are equal if their activations are.</summary>
internal abstract record Mixture
{
    /// <summary>Writes y.</summary>
    /// <param name="x">[rows × n]</param>
    /// <param name="shares">[n]: a.</param>
    /// <param name="y">[rows × n], overwritten; not x.</param>
    public abstract void Forward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, Matrix y);

    /// <summary>dx = dy·(1 + a·(f′(x) − 1)).</summary>
    /// <param name="x">[rows × n]</param>
    /// <param name="shares">[n]: a.</param>
    /// <param name="dy">[rows × n]</param>
    /// <param name="dx">[rows × n], overwritten; neither x nor dy.</param>
    public abstract void Backward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, ReadOnlyMatrix dy, Matrix dx);

    /// <summary>da = Σ_rows (f(x) − x)·dy.</summary>
    /// <param name="x">[rows × n]</param>
    /// <param name="dy">[rows × n]</param>
    /// <param name="dShares">[n], overwritten.</param>
    public abstract void BackwardShares(ReadOnlyMatrix x, ReadOnlyMatrix dy, Span<Real> dShares);

    // Mixes values, and derivatives in the same way.
    private protected readonly struct Mix : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes plain, TLanes share, TLanes activated) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(share, activated - plain, plain);
    }

    /// <summary>The mixture of any activation; the activation is computed row by row.</summary>
    public sealed record OfAny(Activation Activation) : Mixture
    {
        /// <inheritdoc/>
        public override void Forward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, Matrix y)
        {
            for (var row = 0; row < x.Rows; row++) Activation.Forward(x.Row(row), y.Row(row));
            RowWise.Zip(new Mix(), x, shares, y, y);
        }

        /// <inheritdoc/>
        public override void Backward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, ReadOnlyMatrix dy, Matrix dx)
        {
            // f(x) was overwritten by the mixture, so it is computed once more.
            var f = Scratch.OfAtLeast(x.Columns).AsSpan(0, x.Columns);
            for (var row = 0; row < x.Rows; row++)
            {
                Activation.Forward(x.Row(row), f);
                Activation.Backward(x.Row(row), f, dy.Row(row), dx.Row(row));
            }
            RowWise.Zip(new Mix(), dy, shares, dx, dx);
        }

        /// <inheritdoc/>
        public override void BackwardShares(ReadOnlyMatrix x, ReadOnlyMatrix dy, Span<Real> dShares)
        {
            var f = Scratch.OfAtLeast(x.Columns).AsSpan(0, x.Columns);
            dShares.Clear();
            for (var row = 0; row < x.Rows; row++)
            {
                Activation.Forward(x.Row(row), f);
                Elementwise.Zip(new Arithmetic.ScaledDeviation(), f, x.Row(row), dy.Row(row), f);
                Elementwise.Zip(new Arithmetic.Sum(), dShares, f, dShares);
            }
        }
    }
}

/// <summary>An activation whose value and derivative are each one formula of x alone.</summary>
internal interface ICurve
{
    /// <summary>f(x).</summary>
    TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>;

    /// <summary>f′(x).</summary>
    TLanes Derivative<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>The <see cref="Mixture"/> of a curve. The curve's formula is inlined into the mixture's, so one loop over the values
/// suffices.</summary>
internal sealed record MixtureOf<TCurve> : Mixture where TCurve : struct, ICurve
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, Matrix y) => RowWise.Zip(new Mixed(), x, shares, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlyMatrix x, ReadOnlySpan<Real> shares, ReadOnlyMatrix dy, Matrix dx) =>
        RowWise.Zip(new DerivativeOfMixed(), x, shares, dy, dx);

    /// <inheritdoc/>
    public override void BackwardShares(ReadOnlyMatrix x, ReadOnlyMatrix dy, Span<Real> dShares) =>
        RowWise.Sum(new DerivativeOfShare(), x, dy, dShares);

    private readonly struct Mixed : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes share) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(share, default(TCurve).Value(x) - x, x);
    }

    private readonly struct DerivativeOfMixed : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes share, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            var one = TLanes.Broadcast(1);
            return dy * TLanes.MultiplyAdd(share, default(TCurve).Derivative(x) - one, one);
        }
    }

    private readonly struct DerivativeOfShare : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy, TLanes sum) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(default(TCurve).Value(x) - x, dy, sum);
    }
}
