using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Numerics;

/// <summary>Work that is written once for every width of vector.</summary>
internal interface IVectorWork
{
    /// <summary>Does the work, with vectors of <typeparamref name="TLanes"/>.</summary>
    void Run<TLanes>() where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Chooses the width of vector. The questions are constants to the compiler: what the processor lacks is not compiled.</summary>
internal static class VectorWidth
{
    /// <summary>Runs with the widest vectors that the processor has and that so many numbers fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TWork>(in TWork work, int numbers = int.MaxValue) where TWork : struct, IVectorWork
    {
        if (Vector512.IsHardwareAccelerated && numbers >= Lanes512.Count) work.Run<Lanes512>();
        else if (Vector256.IsHardwareAccelerated && Fused.IsSupported && numbers >= Lanes256.Count) work.Run<Lanes256>();
        else if (Vector128.IsHardwareAccelerated && numbers >= Lanes128.Count) work.Run<Lanes128>();
        else work.Run<SingleLane>();
    }

    /// <summary>Numbers in the widest vector of this processor; 1, when it has none.</summary>
    public static int Widest => Vector512.IsHardwareAccelerated ? Lanes512.Count
        : Vector256.IsHardwareAccelerated && Fused.IsSupported ? Lanes256.Count
        : Vector128.IsHardwareAccelerated ? Lanes128.Count
        : 1;
}
