using System.Runtime.CompilerServices;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Numerics;

/// <summary>ln x and ln(1 + x), lane by lane: within 2.5 units in the last place, and the same bits for every width of vector.</summary>
/// <remarks>
/// x = f·2ⁿ with √½ ≤ f &lt; √2, and ln x = n·ln 2 + ln f, where ln f is a polynomial in f − 1. Constants: Moshier (1989),
/// "Methods and programs for mathematical functions" (Cephes, logf). The gradient tests, in double precision, use the
/// library's function instead.
/// </remarks>
internal static class Logarithm
{
    /// <summary>The bit fields of single precision for <see cref="ILanes{TSelf}.Exponent"/> and
    /// <see cref="ILanes{TSelf}.Fraction"/>.</summary>
    public const uint BitsOfTwoTo23 = 0x4B000000, FractionMask = 0x007FFFFF, BitsOfOne = 0x3F800000;

    /// <summary>2²³, and the 127 that is added to every exponent.</summary>
    public const double TwoTo23AndExponentBias = 8388608 + 127;

    private const double SmallestNormal = 1.17549435e-38, TwoTo24 = 16777216;

    /// <summary>ln x. Minus infinity at 0, NaN below and for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        if (typeof(Real) != typeof(float)) return TLanes.LibraryLog(x);

        // Subnormal values have no exponent of their own, so they are scaled first.
        TLanes smallest = Number<TLanes>(SmallestNormal), zero = Number<TLanes>(0);
        var scaled = TLanes.SelectLess(x, smallest, x * Number<TLanes>(TwoTo24), x);
        var n = TLanes.Exponent(scaled) - TLanes.SelectLess(x, smallest, Number<TLanes>(24), zero);
        var f = TLanes.Fraction(scaled);

        var isLarge = Number<TLanes>(1.41421356237309505);
        n += TLanes.SelectLess(isLarge, f, Number<TLanes>(1), zero);
        f = TLanes.SelectLess(isLarge, f, f * Number<TLanes>(0.5), f) - Number<TLanes>(1);

        var p = Number<TLanes>(7.0376836292e-2);
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(-1.1514610310e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(1.1676998740e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(-1.2420140846e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(1.4249322787e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(-1.6668057665e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(2.0000714765e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(-2.4999993993e-1));
        p = TLanes.MultiplyAdd(p, f, Number<TLanes>(3.3333331174e-1));

        // ln 2 in two parts, the first of so few bits that its product with n is exact.
        var square = f * f;
        var tail = TLanes.MultiplyAdd(n, Number<TLanes>(-2.12194440e-4), p * f * square);
        tail = TLanes.MultiplyAdd(square, Number<TLanes>(-0.5), tail);
        var log = TLanes.MultiplyAdd(n, Number<TLanes>(0.693359375), f + tail);

        // Below 0 there is no logarithm; infinity and NaN stay unchanged.
        log = TLanes.SelectLess(zero, x, log, Number<TLanes>(double.NegativeInfinity));
        log = TLanes.SelectLess(x, zero, Number<TLanes>(double.NaN), log);
        return TLanes.SelectLess(x, Number<TLanes>(double.PositiveInfinity), log, x);
    }

    /// <summary>ln(1 + x), which keeps its digits near zero, for x above −1.</summary>
    /// <remarks>The part that 1 + x loses by rounding is added again, times the derivative 1/(1 + x) of the logarithm.
    /// Goldberg (1991), ACM Computing Surveys 23, theorem 4, in another form.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LogOnePlus<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes one = Number<TLanes>(1), sum = one + x;
        var lost = x - (sum - one);
        var log = Log(sum) + lost / sum;
        return TLanes.SelectLess(sum, Number<TLanes>(double.PositiveInfinity), log, sum);
    }

    /// <summary><see cref="Log{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct LogFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => Log(x);
    }

    /// <summary><see cref="LogOnePlus{TLanes}"/>, as a formula for <see cref="Elementwise"/>.</summary>
    public readonly struct LogOnePlusFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => LogOnePlus(x);
    }
}
