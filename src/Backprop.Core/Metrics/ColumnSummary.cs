namespace Backprop.Metrics;

/// <summary>The values of one column in the data: how many are missing, their range, or their most frequent categories.</summary>
public sealed record ColumnSummary
{
    private const int MaxFrequent = 5;

    private ColumnSummary(string name, bool isCategory, int rows, int missing) =>
        (Name, IsCategory, Rows, MissingRows) = (name, isCategory, rows, missing);

    /// <summary>The name of the column, or of the slot of a vector column.</summary>
    public string Name { get; }

    /// <summary>Whether the values are categories.</summary>
    public bool IsCategory { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of rows without a value.</summary>
    public int MissingRows { get; }

    /// <summary>The share of rows without a value, from 0 to 1.</summary>
    public double MissingShare => (double)MissingRows / Rows;

    /// <summary>The smallest value of a numeric column; NaN for categories, and if all values are missing.</summary>
    public double Minimum { get; private init; } = double.NaN;

    /// <summary>The mean of a numeric column; NaN for categories, and if all values are missing.</summary>
    public double Mean { get; private init; } = double.NaN;

    /// <summary>The largest value of a numeric column; NaN for categories, and if all values are missing.</summary>
    public double Maximum { get; private init; } = double.NaN;

    /// <summary>Number of distinct values. Missing values are not counted.</summary>
    public int DistinctValues { get; private init; }

    /// <summary>Up to 5 most frequent categories with their rows, the most frequent first; empty for a numeric column.</summary>
    public IReadOnlyList<(string Value, int Rows)> Frequent { get; private init; } = [];

    /// <summary>Number of rows with a category that did not occur in training. The model treats these values as unknown.</summary>
    public int UnknownRows { get; private init; }

    /// <summary>Summarizes a numeric column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="values">[rows]; NaN for a missing value; at least one row.</param>
    public static ColumnSummary OfNumbers(string name, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] known = [.. values.Where(value => !double.IsNaN(value))];
        var summary = new ColumnSummary(name, false, values.Count, values.Count - known.Length);
        if (known.Length == 0) return summary;
        return summary with
        {
            Minimum = known.Min(),
            Mean = known.Average(),
            Maximum = known.Max(),
            DistinctValues = known.Distinct().Count(),
        };
    }

    /// <summary>Summarizes a column of categories.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="values">[rows]; null for a missing value; at least one row.</param>
    /// <param name="known">The categories of the training data; null if they are not known.</param>
    public static ColumnSummary OfCategories(string name, IReadOnlyList<string?> values, IReadOnlySet<string>? known = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        (string Value, int Rows)[] counts =
        [
            .. values.Where(value => value is not null).CountBy(value => value!).Select(pair => (pair.Key, pair.Value))
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal),
        ];
        var present = counts.Sum(pair => pair.Rows);
        return new ColumnSummary(name, true, values.Count, values.Count - present)
        {
            DistinctValues = counts.Length,
            Frequent = [.. counts.Take(MaxFrequent)],
            UnknownRows = known is null ? 0 : counts.Where(pair => !known.Contains(pair.Value)).Sum(pair => pair.Rows),
        };
    }
}
