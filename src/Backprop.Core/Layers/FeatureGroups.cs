using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Rows that begin with groups of equal width, one group for each feature.</summary>
internal static class FeatureGroups
{
    /// <summary>The width of a row after each of its first <paramref name="features"/> values became a group.</summary>
    public static int Outputs(int inputs, int features, int groupWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, inputs);
        return Width(inputs - features, features, groupWidth);
    }

    /// <summary>The width of a row of groups with <paramref name="rest"/> values after them.</summary>
    public static int Width(int rest, int features, int groupWidth)
    {
        var width = rest + (long)features * groupWidth;
        return width <= Array.MaxLength
            ? (int)width
            : throw new ArgumentOutOfRangeException(
                nameof(features), features,
                $"with {groupWidth} values each and {rest} more, a row would have {width} values; " +
                $"at most {Array.MaxLength} are possible");
    }

    /// <summary>Copies what a layer leaves unchanged: the first columns of every group, and all columns after the groups.</summary>
    /// <param name="from">Rows of groups of <paramref name="fromWidth"/> values, and of others.</param>
    /// <param name="fromWidth">At least <paramref name="kept"/>.</param>
    /// <param name="to">Rows of as many groups of <paramref name="toWidth"/> values, and of as many others.</param>
    /// <param name="toWidth">At least <paramref name="kept"/>.</param>
    /// <param name="features">How many groups.</param>
    /// <param name="kept">The number of values of a group that are copied; often 1, so that a call for each would take longer than the
    /// copy.</param>
    public static void CopyPassing(ReadOnlyMatrixColumns from, int fromWidth, MatrixColumns to, int toWidth, int features, int kept)
    {
        for (var row = 0; row < to.Rows; row++)
        {
            var source = from.Row(row);
            var target = to.Row(row);
            for (var j = 0; j < features; j++)
                for (var k = 0; k < kept; k++) target[j * toWidth + k] = source[j * fromWidth + k];
            source[(features * fromWidth)..].CopyTo(target[(features * toWidth)..]);
        }
    }
}
