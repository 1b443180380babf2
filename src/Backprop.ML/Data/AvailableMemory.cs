namespace Backprop.ML.Data;

/// <summary>How much memory is free, as far as the runtime knows.</summary>
internal static class AvailableMemory
{
    /// <summary>Bytes that the runtime may use in all.</summary>
    public static long Total => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that may still be allocated: of the limit of the heap, what is not in use, and of the machine or container, what
    /// other processes leave below the load at which the runtime saves memory.</summary>
    public static long Now()
    {
        if (GC.GetGCMemoryInfo().Index == 0) GC.Collect(0); // before the first collection nothing is known
        var info = GC.GetGCMemoryInfo();
        var ofHeap = info.TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false);
        var ofMachine = info.HighMemoryLoadThresholdBytes - info.MemoryLoadBytes;
        return Math.Max(0, Math.Min(ofHeap, ofMachine));
    }

    /// <summary>Gives back what is no longer in use, so that memory is counted as free, and others can have it.</summary>
    public static void Release() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
