namespace Backprop.Explanations;

/// <summary>Which features are explained together, as one column.</summary>
internal sealed class FeatureColumns
{
    private readonly int[]? _columns;

    private FeatureColumns(int[]? columns, int count) => (_columns, Count) = (columns, count);

    /// <summary>Number of columns.</summary>
    public int Count { get; }

    /// <summary>Every feature is a column of its own.</summary>
    public static FeatureColumns Single(int features) => new(null, features);

    /// <summary>Groups of features.</summary>
    /// <param name="columns">The column of every feature, from 0 on.</param>
    /// <param name="count">Number of columns.</param>
    public static FeatureColumns Of(int[] columns, int count) => new(columns, count);

    /// <summary>The column of a feature.</summary>
    public int ColumnOf(int feature) => _columns is null ? feature : _columns[feature];
}
