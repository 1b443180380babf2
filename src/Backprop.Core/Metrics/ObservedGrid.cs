namespace Backprop.Metrics;

/// <summary>The points of a curve of partial dependence: values that occur in the data.</summary>
internal static class ObservedGrid
{
    /// <summary>Quantiles of a numeric column: all distinct values if there are at most <paramref name="size"/>, otherwise the observed
    /// values nearest to equally spaced quantiles. Equal quantiles are one point.</summary>
    /// <param name="values">[rows]; values that are not finite are not used.</param>
    /// <param name="size">Number of points at most; at least 2.</param>
    /// <param name="lower">The share of the first quantile; at least 0.</param>
    /// <param name="upper">The share of the last quantile; above <paramref name="lower"/>, at most 1.</param>
    /// <returns>For every point, the index of a row with the value, in ascending order of the values.</returns>
    public static IReadOnlyList<int> OfQuantiles(IReadOnlyList<double> values, int size, double lower, double upper)
    {
        int[] sorted = [.. Enumerable.Range(0, values.Count).Where(row => double.IsFinite(values[row])).OrderBy(row => values[row])];
        var distinct = Distinct(sorted, values);
        if (distinct.Count <= size) return distinct;
        var quantiles = Enumerable.Range(0, size).Select(k => lower + (upper - lower) * k / (size - 1))
            .Select(share => sorted[(int)Math.Round(share * (sorted.Length - 1), MidpointRounding.AwayFromZero)]);
        return Distinct(quantiles, values);
    }

    /// <summary>The most frequent categories. Categories of equal frequency are in the order of their names.</summary>
    /// <param name="values">[rows]: the name of the category; null for a missing value.</param>
    /// <param name="size">Number of points at most.</param>
    /// <returns>For every point, the index of a row with the category, in descending order of frequency.</returns>
    public static IReadOnlyList<int> OfCategories(IReadOnlyList<string?> values, int size) =>
        [.. values.Index().Where(row => row.Item is not null).GroupBy(row => row.Item!, row => row.Index)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(size)
            .Select(group => group.First())];

    private static List<int> Distinct(IEnumerable<int> sorted, IReadOnlyList<double> values)
    {
        List<int> distinct = [];
        foreach (var row in sorted)
            if (distinct.Count == 0 || values[distinct[^1]] != values[row]) distinct.Add(row);
        return distinct;
    }
}
