using System.Runtime.CompilerServices;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Numerics;

/// <summary>eˣ and functions of it, lane by lane: within 2.5 units in the last place, and the same bits for every width of
/// vector.</summary>
/// <remarks>
/// x = n·ln 2 + r with |r| ≤ ½·ln 2; eʳ is a polynomial, and 2ⁿ is written into the exponent. Reduction in two steps after Cody and Waite
/// (1980), "Software manual for the elementary functions"; constants of Moshier (1989), "Methods and programs for mathematical functions"
/// (Cephes, expf). The gradient tests, in double, use the library's function instead.
/// </remarks>
internal static class Exponential
{
    /// <summary>Added to an integer n, it brings n + 127 into the lowest bits of the fraction: 1.5·2²³ + 127.</summary>
    public const double ExponentToFraction = 12582912 + 127;

    // Added and subtracted again, it rounds to an integer, because the fraction has no bits below one.
    private const double Rounder = 12582912;

    /// <summary>eˣ. Infinity above 88.73, zero below −103.98, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        if (typeof(Real) != typeof(float)) return TLanes.LibraryExp(x);
        x = new Clamp(-105, 90).Invoke(x);
        var (n, q) = Reduce(x);

        // 2ⁿ in two factors: at both ends n is too large for one exponent.
        var half = Round(n * Number<TLanes>(0.5));
        return (q + Number<TLanes>(1)) * TLanes.PowerOfTwo(half) * TLanes.PowerOfTwo(n - half);
    }

    /// <summary>eˣ − 1, which keeps its digits near zero. Infinity above 88.73, −1 below −17.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpMinusOne<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        if (typeof(Real) != typeof(float)) return TLanes.LibraryExp(x) - Number<TLanes>(1);

        // Above 40, subtracting 1 changes nothing. Below, 2ⁿ is one factor.
        return TLanes.SelectLess(Number<TLanes>(40), x, Exp(x), ExpMinusOneWithin(new Clamp(-40, 40).Invoke(x)));
    }

    /// <summary>eˣ − 1 for x up to 0, and an arbitrary value above: half the work of <see cref="ExpMinusOne{TLanes}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpMinusOneOfNegative<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
        typeof(Real) != typeof(float) ? TLanes.LibraryExp(x) - Number<TLanes>(1) : ExpMinusOneWithin(TLanes.Max(Number<TLanes>(-40), x));

    // From −40 to 40.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpMinusOneWithin<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var (n, q) = Reduce(x);
        var power = TLanes.PowerOfTwo(n);
        return TLanes.MultiplyAdd(power, q, power - Number<TLanes>(1));
    }

    /// <summary>1 / (1 + e⁻ˣ), for negative x as eˣ / (1 + eˣ), so that nothing overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sigmoid<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var e = Exp(Number<TLanes>(0) - TLanes.Abs(x));
        return TLanes.SelectLess(x, Number<TLanes>(0), e, Number<TLanes>(1)) / (Number<TLanes>(1) + e);
    }

    /// <summary>tanh x = d / (d + 2) with d = e²ˣ − 1, which keeps its digits near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Tanh<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var doubled = new Clamp(0, 40).Invoke(TLanes.Abs(x + x));
        TLanes d;
        if (typeof(Real) != typeof(float)) d = TLanes.LibraryExp(doubled) - Number<TLanes>(1);
        else
        {
            var (n, q) = Reduce(doubled);
            var power = TLanes.PowerOfTwo(n);
            d = TLanes.MultiplyAdd(power, q, power - Number<TLanes>(1));
        }
        return TLanes.CopySign(d / (d + Number<TLanes>(2)), x);
    }

    // x = n·ln 2 + r; returns n and q = eʳ − 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLanes N, TLanes Q) Reduce<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var n = TLanes.MultiplyAdd(x, Number<TLanes>(1.44269504088896341), Number<TLanes>(Rounder)) - Number<TLanes>(Rounder);
        var r = TLanes.MultiplyAdd(n, Number<TLanes>(-0.693359375), x);
        r = TLanes.MultiplyAdd(n, Number<TLanes>(2.12194440e-4), r);

        // The polynomial is evaluated in pairs, after Estrin (1960): three of its steps do not depend on another. With Horner's rule, each
        // step depends on the one before, and their latency limits the speed.
        var square = r * r;
        var high = TLanes.MultiplyAdd(Number<TLanes>(1.9875691500e-4), r, Number<TLanes>(1.3981999507e-3));
        var middle = TLanes.MultiplyAdd(Number<TLanes>(8.3334519073e-3), r, Number<TLanes>(4.1665795894e-2));
        var low = TLanes.MultiplyAdd(Number<TLanes>(1.6666665459e-1), r, Number<TLanes>(5.0000001201e-1));
        var p = TLanes.MultiplyAdd(TLanes.MultiplyAdd(high, square, middle), square, low);
        return (n, TLanes.MultiplyAdd(p, square, r));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Round<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
        x + Number<TLanes>(Rounder) - Number<TLanes>(Rounder);

    /// <summary><see cref="Exp{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => Exp(x);
    }

    /// <summary><see cref="ExpMinusOne{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct ExpMinusOneFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => ExpMinusOne(x);
    }

    /// <summary><see cref="Sigmoid{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => Sigmoid(x);
    }

    /// <summary><see cref="Tanh{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct TanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => Tanh(x);
    }
}
