namespace Backprop.ML.Data;

/// <summary>The free memory, according to the runtime.</summary>
internal static class AvailableMemory
{
    /// <summary>The total number of bytes that the runtime may use.</summary>
    public static long Total => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that may still be allocated: the smaller of two amounts. One is the unused part of the heap limit. The other is the
    /// memory of the machine or container that is free below the load at which the runtime starts to save memory.</summary>
    public static long Now()
    {
        if (GC.GetGCMemoryInfo().Index == 0) GC.Collect(0); // before the first collection there is no information
        var info = GC.GetGCMemoryInfo();
        var ofHeap = info.TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false);
        var ofMachine = info.HighMemoryLoadThresholdBytes - info.MemoryLoadBytes;
        return Math.Max(0, Math.Min(ofHeap, ofMachine));
    }

    /// <summary>Releases memory that is no longer in use, so that it is counted as free and other processes can use it.</summary>
    public static void Release() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
