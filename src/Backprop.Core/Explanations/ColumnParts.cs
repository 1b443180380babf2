using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Copies between rows and their parts, which are neighbouring columns.</summary>
internal static class ColumnParts
{
    /// <summary>Copies one part out of every row.</summary>
    /// <param name="from">[rows × columns]</param>
    /// <param name="first">The first column of the part.</param>
    /// <param name="to">[rows × columns of the part], overwritten.</param>
    public static void Take(ReadOnlyMatrix from, int first, Matrix to)
    {
        for (var row = 0; row < from.Rows; row++) from.Row(row).Slice(first, to.Columns).CopyTo(to.Row(row));
    }

    /// <summary>Copies one part into every row.</summary>
    /// <param name="from">[rows × columns of the part]</param>
    /// <param name="to">[rows × columns]</param>
    /// <param name="first">The first column of the part.</param>
    public static void Put(ReadOnlyMatrix from, Matrix to, int first)
    {
        for (var row = 0; row < from.Rows; row++) from.Row(row).CopyTo(to.Row(row)[first..]);
    }
}
