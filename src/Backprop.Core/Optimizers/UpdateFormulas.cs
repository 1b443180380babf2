using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Formulas that several optimizers share.</summary>
internal static class UpdateFormulas
{
    /// <summary>A running mean: ρ·mean + (1 − ρ)·x.</summary>
    /// <remarks>The mean of a dead unit decays to a subnormal value and stays there. On some processors, arithmetic with subnormal values
    /// is about a hundred times slower. So the value becomes 0.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes RunningMean<TLanes>(TLanes mean, TLanes x, double kept) where TLanes : struct, ILanes<TLanes> =>
        Normal(TLanes.Broadcast((Real)kept) * mean + TLanes.Broadcast((Real)(1 - kept)) * x);

    /// <summary>A running mean of squares: ρ·mean + (1 − ρ)·x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes RunningMeanOfSquares<TLanes>(TLanes mean, TLanes x, double kept) where TLanes : struct, ILanes<TLanes> =>
        Normal(TLanes.Broadcast((Real)kept) * mean + TLanes.Broadcast((Real)(1 - kept)) * x * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Normal<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> =>
        TLanes.SelectLess(TLanes.Abs(x), TLanes.Broadcast((Real)1.17549435e-38), TLanes.Broadcast(0), x);
}
