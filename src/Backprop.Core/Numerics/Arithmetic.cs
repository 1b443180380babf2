using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Small formulas that other formulas and layers are built from.</summary>
internal static class Arithmetic
{
    /// <summary>The same value in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Number<TLanes>(double value) where TLanes : struct, ILanes<TLanes> => TLanes.Broadcast((Real)value);

    /// <summary>f·x.</summary>
    public readonly struct Multiple(Real factor) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => TLanes.Broadcast(factor) * x;
    }

    /// <summary>x + constant.</summary>
    public readonly struct Add(Real constant) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x + TLanes.Broadcast(constant);
    }

    /// <summary>factor·a + b.</summary>
    public readonly struct AddMultiple(Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(a, TLanes.Broadcast(factor), b);
    }

    /// <summary>a + s·(b − a).</summary>
    public readonly struct PartOfTheWay(Real share) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> => a + TLanes.Broadcast(share) * (b - a);
    }

    /// <summary>x, clipped to a minimum and a maximum. NaN stays NaN.</summary>
    public readonly struct Clamp(Real low, Real high) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Min(TLanes.Broadcast(high), TLanes.Max(TLanes.Broadcast(low), x));
    }

    /// <summary>a·b, or a·b·c.</summary>
    public readonly struct Product : IFunctionOfTwo, IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> => a * b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => a * b * c;
    }

    /// <summary>a + b.</summary>
    public readonly struct Sum : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> => a + b;
    }

    /// <summary>a − b − c.</summary>
    public readonly struct Difference : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => a - b - c;
    }

    /// <summary>(x − μ)·f.</summary>
    public readonly struct ScaledDeviation : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes mean, TLanes factor) where TLanes : struct, ILanes<TLanes> => (x - mean) * factor;
    }

    /// <summary>a·b + c, rounded once where the processor can.</summary>
    public readonly struct ProductAndSum : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(a, b, c);
    }
}
