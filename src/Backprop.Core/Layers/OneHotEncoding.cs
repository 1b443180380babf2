using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>One feature that holds a category index, and becomes one column for each category.</summary>
/// <param name="Slot">Its index among the features; ≥ 0.</param>
/// <param name="Count">Number of categories: the feature holds 1 to Count, as ML.NET's keys do. Any other value means an unknown or missing
/// category. At least 1.</param>
public readonly record struct OneHotCategory(int Slot, int Count) : ICategory
{
    // Two categories need only one column.
    internal int Width => Count == 2 ? 1 : Count;

    internal long NumberCount => (long)Width + Count;

    internal int ColumnOf(int category) => Width == 1 ? 0 : category - 1;

    internal int ValueOf(int category) => Count == 2 && category == 2 ? -1 : 1;
}

/// <summary>Replaces each category index by columns of 0 and 1: y = [the other features, the columns of the first category, those of the
/// second, …]. The columns are scaled like other features, by the examples.</summary>
/// <remarks>
/// n categories become n columns. The column of the category is 1, the others are 0; for an unknown or missing category, all are 0. Two
/// categories become one column: 1 for the first, −1 for the second, 0 for neither. Holzmüller, Grinsztajn and Steinwart (2024), "Better by
/// default", arXiv:2407.04491. A column has at most three different values, so the scaled values are kept in a table. For every category,
/// the table first holds each column's value where the column is not the active one. The value of each column where it is active follows.
/// All values are measured (example weights are ignored); none is learned. Must be a network's first layer, or follow an
/// <see cref="Imputation"/> there; a trainer does not standardize its features.
/// </remarks>
public sealed record OneHotEncoding : Layer, IFitsTrainingData, IPreparesFeatures, IDescribesInference
{
    private readonly OneHotCategory[] _categories;
    private readonly CategorySlots _slots;
    private readonly int[] _sortedSlots;

    /// <summary>Makes a layer that encodes categories.</summary>
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="categories">The features that hold categories; at least one, no feature twice.</param>
    /// <param name="scaling">How the columns are shifted and scaled; null for not at all. A column that is constant in the examples becomes
    /// 0. Without scaling, a column becomes 0 if no example has its category.</param>
    /// <exception cref="ArgumentException">A value is out of range, a feature is named twice, or there would be too many
    /// columns.</exception>
    public OneHotEncoding(int inputs, IReadOnlyList<OneHotCategory> categories, FeatureScaling? scaling)
        : base(inputs, OutputsOf(inputs, categories))
    {
        if (scaling is { } given && !Enum.IsDefined(given)) throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "is not known");
        (_categories, Scaling) = ([.. categories], scaling);
        _sortedSlots = [.. _categories.Select(category => category.Slot).Order()];
        _slots = new CategorySlots(inputs, _sortedSlots);
        ParameterCount = _categories.Sum(category => category.Width + category.Count);
    }

    /// <summary>The features that hold categories.</summary>
    public IReadOnlyList<OneHotCategory> Categories => _categories;

    /// <summary>How the columns are shifted and scaled; null for not at all.</summary>
    public FeatureScaling? Scaling { get; }

    /// <inheritdoc/>
    public override int ParameterCount { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool IsFitted => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("values of columns", ParameterCount, ParameterRole.Statistic)];

    /// <summary>0, 1 and −1, until examples are measured.</summary>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        foreach (var category in _categories)
        {
            for (var column = 0; column < category.Width; column++) Fill(parameters, category, column, center: 0, factor: 1);
            parameters = parameters[(int)category.NumberCount..];
        }
    }

    /// <summary>Scales the columns by the number of examples in each category.</summary>
    /// <inheritdoc/>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples)
    {
        var counts = NewCounts();
        for (var row = 0; row < examples.Rows; row++) Count(examples.Row(row), counts);
        Scale(parameters, counts);
    }

    // All examples are counted. A sample may lack a rare category, whose column would stay 0. In a sample of a stream, every category
    // counts at least once.
    void IFitsTrainingData.FitFeatures(Span<Real> parameters, ITrainingFeatures features, bool areEntering)
    {
        var counts = NewCounts();
        var x = new Real[features.FeatureCount];
        for (var row = 0; row < features.Count; row++)
        {
            features.CopyExample(row, x);
            Count(x, counts);
            features.Work.Add(x.Length + 4L * counts.Length);
        }
        Scale(parameters, counts, features.IsSample, features.Work);
    }

    // For every feature: the count of unknown and missing values, then the count of each category.
    private int[][] NewCounts() => [.. _categories.Select(category => new int[category.Count + 1])];

    private void Count(ReadOnlySpan<Real> x, int[][] counts)
    {
        for (var i = 0; i < counts.Length; i++) counts[i][CategorySlots.CategoryOf(x[_categories[i].Slot], _categories[i].Count)]++;
    }

    // The column of a category that no example has is constant. In a sample, every category counts at least once.
    private void Scale(Span<Real> parameters, int[][] counts, bool isSample = false, WorkMeter? meter = null)
    {
        for (var i = 0; i < counts.Length && isSample; i++)
            foreach (ref var count in counts[i].AsSpan(1)) count = Math.Max(count, 1);
        var room = new Real[counts.Max(each => each.Sum())];
        for (var i = 0; i < counts.Length; i++)
        {
            var category = _categories[i];
            var sorted = room.AsSpan(0, counts[i].Sum());
            for (var column = 0; column < category.Width; column++)
            {
                meter?.Add(sorted.Length);
                int ones = counts[i][column + 1], minusOnes = category.Count == 2 ? counts[i][2] : 0;
                double center = 0, factor = ones + minusOnes > 0 ? 1 : 0;
                if (Scaling is { } scaling) (center, factor) = IndicatorScale.Of(scaling, ones, minusOnes, sorted);
                Fill(parameters, category, column, center, factor);
            }
            parameters = parameters[(int)category.NumberCount..];
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var categories = _categories.Select(category => new CategoryColumn(category.Slot, category.Count, category.Width));
        return graph.Add(new EncodeCategories([x], graph.NewName(), Outputs, [.. categories], parameters));
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            to = to[_slots.CopyOthers(from, to)..];
            var numbers = parameters;
            foreach (var category in _categories)
            {
                numbers[..category.Width].CopyTo(to);
                if (CategorySlots.CategoryOf(from[category.Slot], category.Count) is > 0 and var c)
                    to[category.ColumnOf(c)] = numbers[category.Width + c - 1];
                to = to[category.Width..];
                numbers = numbers[(int)category.NumberCount..];
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        for (var row = 0; row < dx.Rows; row++) _slots.CopyGradients(dy.Row(row), dx.Row(row));
    }

    /// <summary>The output column of a feature without categories.</summary>
    internal int ColumnOf(int slot)
    {
        var at = Array.BinarySearch(_sortedSlots, slot);
        return slot - (at < 0 ? ~at : at);
    }

    /// <summary>The feature of an output column: the inverse of <see cref="ColumnOf"/>.</summary>
    internal int SlotOf(int column)
    {
        // The i-th category feature has i others before it, which are not among the copied columns. Binary search for the first category
        // feature after the column.
        int first = 0, end = _sortedSlots.Length;
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (_sortedSlots[middle] - middle <= column) first = middle + 1;
            else end = middle;
        }
        return column + first;
    }

    int IPreparesFeatures.InputOf(int output) => _slots.InputOf(
        output, _categories.Length, i => (_categories[i].Slot, _categories[i].Width));

    /// <summary>Whether the other layer encodes the same features in the same way.</summary>
    public bool Equals(OneHotEncoding? other) =>
        other is not null && Inputs == other.Inputs && Scaling == other.Scaling && Categories.SequenceEqual(other.Categories);

    /// <inheritdoc/>
    public override int GetHashCode() => _categories.Aggregate(HashCode.Combine(Inputs, Scaling), HashCode.Combine);

    // The values of a column for none of its categories, and for each of them.
    private static void Fill(Span<Real> numbers, OneHotCategory category, int column, double center, double factor)
    {
        numbers[column] = (Real)((0 - center) * factor);
        for (var c = 1; c <= category.Count; c++)
            if (category.ColumnOf(c) == column) numbers[category.Width + c - 1] = (Real)((category.ValueOf(c) - center) * factor);
    }

    private static int OutputsOf(int inputs, IReadOnlyList<OneHotCategory> categories)
    {
        CategorySlots.Check(inputs, categories);
        var width = inputs - categories.Count + categories.Sum(category => (long)category.Width);
        if (width > Array.MaxLength || categories.Sum(category => (long)category.NumberCount) > Array.MaxLength)
            throw new ArgumentException(
                $"There would be more than {Array.MaxLength} columns or parameters. Use fewer categories.", nameof(categories));
        return (int)width;
    }
}
