namespace Backprop.Layers;

/// <summary>A list of feature indices.</summary>
internal static class FeatureSlots
{
    /// <exception cref="ArgumentException">There is no list, or an index in it is out of range or order.</exception>
    public static void CheckRising(IReadOnlyList<int> slots, int inputs, string name)
    {
        ArgumentNullException.ThrowIfNull(slots, name);
        for (var i = 0; i < slots.Count; i++)
            if (slots[i] < (i == 0 ? 0 : slots[i - 1] + 1) || slots[i] >= inputs)
                throw new ArgumentOutOfRangeException(name, slots[i], $"features must be from 0 to {inputs - 1}, in ascending order");
    }
}
