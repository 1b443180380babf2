using System.Runtime.CompilerServices;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Numerics;

/// <summary>The standard normal distribution, lane by lane, with the same bits for every vector width. The error is at
/// most 12 units in the last place. On a processor without fused multiply-add, it is at most 100 in the tail.</summary>
/// <remarks>
/// Φ(x) = ½·erfc(−x/√2). Near 0, erf is a polynomial. Farther out, erfc(a) = e^(−a²)/a times a polynomial in 1/a², which
/// keeps the digits of the tail. Constants: Moshier (1989), "Methods and programs for mathematical functions" (Cephes,
/// ndtrf). The gradient tests, in double precision, use a series that is exact there. It is too slow for any other use.
/// </remarks>
internal static class NormalDistribution
{
    private const double RootHalf = 0.70710678118654752, InverseRootOfTwoPi = 0.39894228040143268;

    // Beyond, Φ(−x) is 0 even as a subnormal value, and x² need not be squared.
    private const double Far = 20;

    /// <summary>Φ(x), and the density φ(x) = e^(−x²/2)/√(2π). NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLanes Value, TLanes Density) Cumulative<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes half = Number<TLanes>(0.5), one = Number<TLanes>(1), far = Number<TLanes>(Far);
        var distance = TLanes.Abs(x);
        distance = TLanes.SelectLess(far, distance, far, distance);

        // e^(−x²/2), with what the square loses by rounding: the exponential would multiply it.
        var square = distance * distance;
        var lost = TLanes.MultiplyAdd(distance, distance, Number<TLanes>(0) - square);
        var e = Exponential.Exp(Number<TLanes>(-0.5) * square) * TLanes.MultiplyAdd(Number<TLanes>(-0.5), lost, one);
        var density = e * Number<TLanes>(InverseRootOfTwoPi);

        // Near 0, Φ is ½ ± a part of ½; farther out, the tail beyond |x| or 1 − that.
        if (typeof(Real) != typeof(float))
        {
            var part = SeriesFromZero(distance) * density;
            return (TLanes.SelectLess(x, Number<TLanes>(0), half - part, half + part), density);
        }
        TLanes a = distance * Number<TLanes>(RootHalf), near = half * a * Near(a * a), tail = half * Tail(a, e);
        var positive = TLanes.SelectLess(a, one, half + near, one - tail);
        var negative = TLanes.SelectLess(a, one, half - near, tail);
        return (TLanes.SelectLess(x, Number<TLanes>(0), negative, positive), density);
    }

    // erf(a)/a for a below 1, by a².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Near<TLanes>(TLanes square) where TLanes : struct, ILanes<TLanes>
    {
        var p = Number<TLanes>(7.853861353153693e-5);
        p = TLanes.MultiplyAdd(p, square, Number<TLanes>(-8.010193625184903e-4));
        p = TLanes.MultiplyAdd(p, square, Number<TLanes>(5.188327685732524e-3));
        p = TLanes.MultiplyAdd(p, square, Number<TLanes>(-2.685381193529856e-2));
        p = TLanes.MultiplyAdd(p, square, Number<TLanes>(1.128358514861418e-1));
        p = TLanes.MultiplyAdd(p, square, Number<TLanes>(-3.761262582423300e-1));
        return TLanes.MultiplyAdd(p, square, Number<TLanes>(1.128379165726710));
    }

    // erfc(a) for a from 1 on, from e^(−a²): one polynomial up to 2, another beyond.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Tail<TLanes>(TLanes a, TLanes e) where TLanes : struct, ILanes<TLanes>
    {
        TLanes inverse = Number<TLanes>(1) / a, q = inverse * inverse;
        var p = Number<TLanes>(2.326819970068386e-2);
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(-1.387039388740657e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(3.687424674597105e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(-5.824733027278666e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(6.210004621745983e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(-4.944515323274145e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(3.404879937665872e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(-2.741127028184656e-1));
        p = TLanes.MultiplyAdd(p, q, Number<TLanes>(5.638259427386472e-1));
        var r = Number<TLanes>(-1.047766399936249e1);
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(1.297719955372516e1));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(-7.495518717768503));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(2.921019019210786));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(-1.015265279202700));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(4.218463358204948e-1));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(-2.820767439740514e-1));
        r = TLanes.MultiplyAdd(r, q, Number<TLanes>(5.641895067754075e-1));
        return e * inverse * TLanes.SelectLess(a, Number<TLanes>(2), p, r);
    }

    // (Φ(x) − ½)/φ(x) = x + x³/3 + x⁵/(3·5) + …: all terms positive, so nothing cancels.
    private static TLanes SeriesFromZero<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes square = x * x, term = x, sum = x;
        for (var odd = 3; odd < 1200; odd += 2)
        {
            term = term * square / TLanes.Broadcast(odd);
            sum += term;
        }
        return sum;
    }
}
