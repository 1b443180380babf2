using System.Runtime.CompilerServices;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Numerics;

/// <summary>Sine and cosine of an angle in cycles (multiples of 2π), lane by lane: the same bits for every width of vector, and an error of
/// at most 2e-7.</summary>
/// <remarks>
/// Whole cycles are subtracted exactly: the result is a value minus its nearest integer. The remainder is folded to at most a quarter of a
/// cycle on either side. There the nine-term series of the sine has an error below 1e-13. The gradient tests, in double precision, use the
/// same series.
/// </remarks>
internal static class SinCos
{
    /// <summary>2π: radians of a cycle.</summary>
    public const Real Turn = (Real)(2 * Math.PI);

    // (−1)ⁱ·(2π)²ⁱ⁺¹ / (2i + 1)!
    private const double
        C0 = 6.283185307179586, C1 = -41.34170224039976, C2 = 81.60524927607506,
        C3 = -76.70585975306139, C4 = 42.058693944897655, C5 = -15.09464257682299,
        C6 = 3.819952584848282, C7 = -0.7181223017785006, C8 = 0.10422916220813984;

    /// <summary>cos 2πu. For |u| above 2²², single precision has no quarter cycles any more: the result is any value in [−1, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Cosine<TLanes>(TLanes u) where TLanes : struct, ILanes<TLanes> =>
        Series(Number<TLanes>(0.25) - TLanes.Abs(PartOfTurn(u)));

    /// <summary>sin 2πu, under the same condition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sine<TLanes>(TLanes u) where TLanes : struct, ILanes<TLanes>
    {
        var part = PartOfTurn(u);
        var size = TLanes.Abs(part);
        var folded = Number<TLanes>(0.5) - size;
        return Series(TLanes.CopySign(TLanes.Min(folded, size), part));
    }

    /// <summary>An angle in radians, converted to cycles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ToPhase<TLanes>(TLanes radians) where TLanes : struct, ILanes<TLanes> => radians * Number<TLanes>(0.5 / Math.PI);

    // In [−½, ½].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes PartOfTurn<TLanes>(TLanes u) where TLanes : struct, ILanes<TLanes>
    {
        // Added and subtracted again, it rounds to an integer, because the fraction has no bits below one. Not a property: the compiler
        // would not inline it into so long a formula.
        var rounder = Number<TLanes>(typeof(Real) == typeof(float) ? 12582912 : 6755399441055744);
        var part = u - (u + rounder - rounder);
        return new Clamp(-(Real)0.5, (Real)0.5).Invoke(part);
    }

    // sin 2πt for |t| ≤ ¼.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Series<TLanes>(TLanes t) where TLanes : struct, ILanes<TLanes>
    {
        var square = t * t;
        var sum = Number<TLanes>(C8);
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C7));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C6));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C5));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C4));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C3));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C2));
        sum = TLanes.MultiplyAdd(sum, square, Number<TLanes>(C1));
        return TLanes.MultiplyAdd(sum, square, Number<TLanes>(C0)) * t;
    }
}
