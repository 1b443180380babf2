using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Rows whose first numbers stand in groups of equal width, one group for each feature.</summary>
internal static class FeatureGroups
{
    /// <summary>The width of a row, when each of its first <paramref name="features"/> numbers became a group.</summary>
    public static int Outputs(int inputs, int features, int groupWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, inputs);
        return Width(inputs - features, features, groupWidth);
    }

    /// <summary>The width of a row of groups with <paramref name="rest"/> numbers behind them.</summary>
    public static int Width(int rest, int features, int groupWidth)
    {
        var width = rest + (long)features * groupWidth;
        return width <= Array.MaxLength ? (int)width : throw new ArgumentOutOfRangeException(nameof(features), features, $"with {groupWidth} numbers each and {rest} more, a row would have {width} numbers; at most {Array.MaxLength} are possible");
    }

    /// <summary>Copies some columns of every row into a matrix of their own.</summary>
    public static void Gather(ReadOnlyMatrix from, int firstColumn, Matrix to)
    {
        for (var row = 0; row < to.Rows; row++) from.Row(row).Slice(firstColumn, to.Columns).CopyTo(to.Row(row));
    }

    /// <summary>Copies a matrix into some columns of every row.</summary>
    public static void Scatter(ReadOnlyMatrix from, Matrix to, int firstColumn)
    {
        for (var row = 0; row < from.Rows; row++) from.Row(row).CopyTo(to.Row(row).Slice(firstColumn, from.Columns));
    }
}
