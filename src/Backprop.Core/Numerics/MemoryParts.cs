namespace Backprop.Numerics;

/// <summary>Parts of a large vector.</summary>
internal static class MemoryParts
{
    /// <summary>Copies all parts into one array. A query over their elements would need ten times as long.</summary>
    public static T[] Join<T>(IReadOnlyCollection<ReadOnlyMemory<T>> parts)
    {
        var all = new T[parts.Sum(part => part.Length)];
        var end = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all.AsMemory(end));
            end += part.Length;
        }
        return all;
    }
}
