using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>A few values in one vector register. One source text of a kernel or formula serves every vector width, and
/// computes the same bits in each.</summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Number of values in one register.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(Real* source);

    static abstract TSelf Broadcast(Real value);

    static abstract void Store(TSelf value, Real* destination);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a·b + c, rounded once where the processor can (<see cref="Fused"/>).</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Sqrt(TSelf x);

    static abstract TSelf Abs(TSelf x);

    /// <summary>a where a &gt; b, otherwise b; also where one of them is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>a where a &lt; b, otherwise b; also where one of them is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>|magnitude| with the sign of the other.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>yes where a &lt; b, otherwise no; also where one of them is NaN.</summary>
    static abstract TSelf SelectLess(TSelf a, TSelf b, TSelf yes, TSelf no);

    /// <summary>2ⁿ for an integer n from −126 to 127. Single precision only.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>x = f·2ⁿ with f in [1, 2), for a positive x that is neither subnormal nor infinite; returns n. Single precision
    /// only.</summary>
    static abstract TSelf Exponent(TSelf x);

    /// <summary>The f of <see cref="Exponent"/>. Single precision only.</summary>
    static abstract TSelf Fraction(TSelf x);

    /// <summary>eˣ of the runtime's library, for the gradient tests, which compile these sources in double.</summary>
    static abstract TSelf LibraryExp(TSelf x);

    /// <summary>ln x of the runtime's library, for the same purpose.</summary>
    static abstract TSelf LibraryLog(TSelf x);
}

/// <summary>Whether a·b + c is rounded once. All x64 processors with AVX2 and all ARM64 ones can; elsewhere emulation would cost a call per
/// value.</summary>
internal static class Fused
{
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>a·b + c, as every lane of <see cref="ILanes{TSelf}"/> computes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real MultiplyAdd(Real a, Real b, Real c) => IsSupported ? Real.FusedMultiplyAdd(a, b, c) : a * b + c;
}
