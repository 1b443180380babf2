using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>A few numbers side by side in one register: what <see cref="MatrixTile"/> needs of a vector, so that one text of it serves every width.</summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Numbers in one register.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(Real* source);

    static abstract TSelf Broadcast(Real value);

    /// <summary>a·b + c, rounded once where the processor can (<see cref="Fused"/>).</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract void Store(TSelf value, Real* destination);
}

/// <summary>Whether a·b + c is rounded once. All x64 processors with AVX2 and all ARM64 ones can; elsewhere emulation would cost a call per number.</summary>
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

/// <summary>512 bits: AVX-512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<Real> _value;

    private Lanes512(Vector512<Real> value) => _value = value;

    public static int Count => Vector512<Real>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(Real* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(Real value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, Real* destination) => value._value.Store(destination);
}

/// <summary>256 bits: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<Real> _value;

    private Lanes256(Vector256<Real> value) => _value = value;

    public static int Count => Vector256<Real>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(Real* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(Real value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, Real* destination) => value._value.Store(destination);
}

/// <summary>128 bits: every other processor (ARM64, WebAssembly, old x64).</summary>
internal readonly unsafe struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<Real> _value;

    private Lanes128(Vector128<Real> value) => _value = value;

    public static int Count => Vector128<Real>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(Real* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(Real value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => Fused.IsSupported
        ? new(Vector128.FusedMultiplyAdd(a._value, b._value, c._value))
        : new(a._value * b._value + c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, Real* destination) => value._value.Store(destination);
}

/// <summary>One number: columns too few for a vector, and machines without vectors.</summary>
internal readonly unsafe struct SingleLane : ILanes<SingleLane>
{
    private readonly Real _value;

    private SingleLane(Real value) => _value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Load(Real* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane Broadcast(Real value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SingleLane MultiplyAdd(SingleLane a, SingleLane b, SingleLane c) => new(Fused.MultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SingleLane value, Real* destination) => *destination = value._value;
}
