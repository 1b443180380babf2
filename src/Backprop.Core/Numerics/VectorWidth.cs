using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Numerics;

/// <summary>Work that is written once for every width of vector.</summary>
internal interface IVectorWork
{
    /// <summary>Does the work, with vectors of <typeparamref name="TLanes"/>.</summary>
    void Run<TLanes>() where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Chooses the width of vector. The compiler evaluates the conditions, so widths that the processor lacks are not
/// compiled.</summary>
internal static class VectorWidth
{
    /// <summary>Runs with the widest vectors that the processor has and that <paramref name="count"/> values fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TWork>(in TWork work, int count = int.MaxValue) where TWork : struct, IVectorWork
    {
        if (Vector512.IsHardwareAccelerated && count >= Lanes512.Count) work.Run<Lanes512>();
        else if (Vector256.IsHardwareAccelerated && Fused.IsSupported && count >= Lanes256.Count) work.Run<Lanes256>();
        else if (Vector128.IsHardwareAccelerated && count >= Lanes128.Count) work.Run<Lanes128>();
        else work.Run<SingleLane>();
    }

    /// <summary>Number of values in the widest vector of this processor; 1, if it has none.</summary>
    public static int Widest => Vector512.IsHardwareAccelerated ? Lanes512.Count
        : Vector256.IsHardwareAccelerated && Fused.IsSupported ? Lanes256.Count
        : Vector128.IsHardwareAccelerated ? Lanes128.Count
        : 1;
}
