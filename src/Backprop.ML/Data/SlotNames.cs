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
}
