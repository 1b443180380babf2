using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>128 bits: every other processor (ARM64, WebAssembly, old x64).</summary>
internal readonly unsafe struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<Real> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes128(Vector128<Real> value) => _value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<Real>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(Real* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(Real value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, Real* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._value / b._value);

    // Fused exactly where Fused.IsSupported says so. It is one intrinsic, not a choice between two. The innermost loops call it so often
    // that the compiler would run out of its budget for inlining, and they would take 2.5 times as long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) =>
        new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 x) => new(Vector128.Sqrt(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 x) => new(Vector128.Abs(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) =>
        new(
            Sse2.IsSupported
                ? Sse2.Max(a._value, b._value)
                : Vector128.ConditionalSelect(Vector128.GreaterThan(a._value, b._value), a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 a, Lanes128 b) =>
        new(
            Sse2.IsSupported
                ? Sse2.Min(a._value, b._value)
                : Vector128.ConditionalSelect(Vector128.LessThan(a._value, b._value), a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CopySign(Lanes128 magnitude, Lanes128 sign) => new(Vector128.CopySign(magnitude._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SelectLess(Lanes128 a, Lanes128 b, Lanes128 yes, Lanes128 no) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(a._value, b._value), yes._value, no._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwo(Lanes128 n) =>
        new(Vector128.ShiftLeft((n._value + Vector128.Create((Real)Exponential.ExponentToFraction)).As<Real, uint>(), 23).As<uint, Real>());

    // Writing the bits of the exponent into the fraction of 2²³ adds their value to 2²³.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Exponent(Lanes128 x) =>
        new(
            (Vector128.ShiftRightLogical(x._value.As<Real, uint>(), 23) | Vector128.Create(Logarithm.BitsOfTwoTo23))
                .As<uint, Real>() - Vector128.Create((Real)Logarithm.TwoTo23AndExponentBias));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Fraction(Lanes128 x) =>
        new(
            ((x._value.As<Real, uint>() & Vector128.Create(Logarithm.FractionMask)) | Vector128.Create(Logarithm.BitsOfOne))
                .As<uint, Real>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LibraryExp(Lanes128 x) => new(Vector128.Exp(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LibraryLog(Lanes128 x) => new(Vector128.Log(x._value));
}
