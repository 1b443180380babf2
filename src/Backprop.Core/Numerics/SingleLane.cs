using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>One value: for columns too few for a vector, and for machines without vectors.</summary>
internal readonly unsafe struct SingleLane : ILanes<SingleLane>
{
    private readonly Real _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SingleLane(Real value) => _value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Load(Real* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Broadcast(Real value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SingleLane value, Real* destination) => *destination = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane operator +(SingleLane a, SingleLane b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane operator -(SingleLane a, SingleLane b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane operator *(SingleLane a, SingleLane b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane operator /(SingleLane a, SingleLane b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane MultiplyAdd(SingleLane a, SingleLane b, SingleLane c) => new(Fused.MultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Sqrt(SingleLane x) => new(Real.Sqrt(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Abs(SingleLane x) => new(Real.Abs(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Max(SingleLane a, SingleLane b) => new(a._value > b._value ? a._value : b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Min(SingleLane a, SingleLane b) => new(a._value < b._value ? a._value : b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane CopySign(SingleLane magnitude, SingleLane sign) => new(Real.CopySign(magnitude._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane SelectLess(SingleLane a, SingleLane b, SingleLane yes, SingleLane no) => a._value < b._value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane PowerOfTwo(SingleLane n)
    {
        var shifted = (float)(n._value + (Real)Exponential.ExponentToFraction);
        return new((Real)BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(shifted) << 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Exponent(SingleLane x)
    {
        var bits = (BitConverter.SingleToUInt32Bits((float)x._value) >> 23) | Logarithm.BitsOfTwoTo23;
        return new((Real)BitConverter.UInt32BitsToSingle(bits) - (Real)Logarithm.TwoTo23AndExponentBias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Fraction(SingleLane x) =>
        new(
            (Real)BitConverter.UInt32BitsToSingle(
                (BitConverter.SingleToUInt32Bits((float)x._value) & Logarithm.FractionMask) | Logarithm.BitsOfOne));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane LibraryExp(SingleLane x) => new(Real.Exp(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane LibraryLog(SingleLane x) => new(Real.Log(x._value));
}
