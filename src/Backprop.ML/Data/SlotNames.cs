using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>The slot names of a vector column.</summary>
internal static class SlotNames
{
    /// <summary>A name for every slot; empty if the column has no slot names.</summary>
    public static IReadOnlyList<string> Of(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames()) return [];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        string[] all = [.. names.DenseValues().Select(name => name.ToString())];
        return all.All(name => name.Length == 0) ? [] : all;
    }

    /// <summary>A different name for every slot. Slots without a name, or with a name that occurs twice, are named by their index:
    /// "Features[3]".</summary>
    public static IReadOnlyList<string> Unique(DataViewSchema.Column column)
    {
        var names = Of(column);
        var given = names.Where(name => name.Length > 0).CountBy(name => name).Where(count => count.Value == 1).Select(count => count.Key)
            .ToHashSet();
        var count = ((VectorDataViewType)column.Type).Size;
        return [.. Enumerable.Range(0, count)
            .Select(slot => slot < names.Count && given.Contains(names[slot]) ? names[slot] : $"{column.Name}[{slot}]")];
    }
}
