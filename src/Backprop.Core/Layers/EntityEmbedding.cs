using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>One feature that holds a category index, and how it is embedded.</summary>
/// <param name="Slot">Its index among the features; ≥ 0.</param>
/// <param name="Count">Number of categories: the feature holds 1 to Count, as ML.NET's keys do. Any other value means an unknown or missing
/// category. At least 1.</param>
/// <param name="Dimension">Length of each category's vector; at least 1. <see cref="DefaultDimension"/> suggests one.</param>
public readonly record struct EmbeddedCategory(int Slot, int Count, int Dimension) : ICategory
{
    /// <summary>min(600, round(1.6·n^0.56)) values for n categories: fastai's rule.</summary>
    public static int DefaultDimension(int categories) => Math.Clamp((int)Math.Round(1.6 * Math.Pow(categories, 0.56)), 1, 600);
}

/// <summary>Replaces each category index by a learned vector: y = [the other features, E₁ of the first category, E₂ of the second,
/// …].</summary>
/// <remarks>
/// Parameters: for every category E [Count + 1 × Dimension] row-major. Row 0 is for unknown and missing categories. All rows are standard
/// normal at first, except row 0. It is 0, the mean of that distribution, in case no example trains it. Must be a network's first layer, or
/// follow an <see cref="Imputation"/> or a <see cref="OneHotEncoding"/> there; a trainer does not standardize its features. Guo and
/// Berkhahn (2016), "Entity embeddings of categorical variables", arXiv:1604.06737; initial values from Holzmüller, Grinsztajn and
/// Steinwart (2024), arXiv:2407.04491.
/// </remarks>
public sealed record EntityEmbedding : ColumnsLayer, IPreparesFeatures, IDescribesInference, INamedArrays
{
    private readonly EmbeddedCategory[] _categories; // an array, because enumerating a list allocates
    private readonly CategorySlots _slots;

    /// <summary>Makes tables of vectors.</summary>
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="categories">The features that hold categories; at least one, no feature twice.</param>
    /// <exception cref="ArgumentException">A value is out of range, a feature is named twice, or there would be too many
    /// parameters.</exception>
    public EntityEmbedding(int inputs, IReadOnlyList<EmbeddedCategory> categories) : base(inputs, OutputsOf(inputs, categories))
    {
        _categories = [.. categories];
        _slots = new CategorySlots(inputs, _categories.Select(category => category.Slot));
        ParameterCount = (int)Categories.Sum(SizeOf);
    }

    /// <summary>The features that hold categories.</summary>
    public IReadOnlyList<EmbeddedCategory> Categories => _categories;

    /// <summary>The number of numeric features; they are the first outputs.</summary>
    public int NumericFeatures => Inputs - _categories.Length;

    /// <inheritdoc/>
    public override int ParameterCount { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [
            .. Categories.Select(
                category => new ParameterBlock($"vectors of feature {category.Slot}", (int)SizeOf(category), ParameterRole.Embedding))];

    IReadOnlyList<ParameterArray> INamedArrays.Arrays
    {
        get
        {
            var arrays = new List<ParameterArray>();
            var first = 0;
            foreach (var category in _categories)
            {
                arrays.Add(new ParameterArray($"vectors_of_feature_{category.Slot}", [category.Count + 1, category.Dimension], first));
                first += (int)SizeOf(category);
            }
            return arrays;
        }
    }

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        foreach (ref var parameter in parameters) parameter = (Real)random.NextNormal();
        var table = 0;
        foreach (var category in _categories)
        {
            parameters.Slice(table, category.Dimension).Clear();
            table += (int)SizeOf(category);
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var categories = _categories.Select(category => new CategoryColumn(category.Slot, category.Count, category.Dimension));
        return graph.Add(new LookUpCategories([x], graph.NewName(), Outputs, [.. categories], parameters));
    }

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            int table = 0, column = _slots.CopyOthers(from, to);
            foreach (var category in _categories)
            {
                parameters.Slice(table + RowOf(from[category.Slot], category) * category.Dimension, category.Dimension)
                    .CopyTo(to[column..]);
                (table, column) = (table + (int)SizeOf(category), column + category.Dimension);
            }
        }
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        for (var row = 0; row < x.Rows; row++) _slots.CopyGradients(dy.Row(row), dx.Row(row));
    }

    // All vectors are one part.
    /// <inheritdoc/>
    internal override void BackwardPartColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first,
        Span<Real> dPart)
    {
        dPart.Clear();
        for (var row = 0; row < x.Rows; row++)
        {
            ReadOnlySpan<Real> from = x.Row(row), given = dy.Row(row);
            int table = 0, column = NumericFeatures;
            foreach (var category in _categories)
            {
                var vector = dPart.Slice(table + RowOf(from[category.Slot], category) * category.Dimension, category.Dimension);
                Elementwise.Zip(new Arithmetic.Sum(), vector, given.Slice(column, category.Dimension), vector);
                (table, column) = (table + (int)SizeOf(category), column + category.Dimension);
            }
        }
    }

    int IPreparesFeatures.InputOf(int output) => _slots.InputOf(
        output, _categories.Length, i => (_categories[i].Slot, _categories[i].Dimension));

    /// <summary>Whether the other embeds the same features in the same way.</summary>
    public bool Equals(EntityEmbedding? other) => other is not null && Inputs == other.Inputs && Categories.SequenceEqual(other.Categories);

    /// <inheritdoc/>
    public override int GetHashCode() => Categories.Aggregate(Inputs, HashCode.Combine);

    private static int RowOf(Real value, EmbeddedCategory category) => CategorySlots.CategoryOf(value, category.Count);

    private static long SizeOf(EmbeddedCategory category) => (category.Count + 1L) * category.Dimension;

    private static int OutputsOf(int inputs, IReadOnlyList<EmbeddedCategory> categories)
    {
        CategorySlots.Check(inputs, categories);
        foreach (var category in categories)
            if (category.Dimension < 1)
                throw new ArgumentOutOfRangeException(nameof(categories), category, $"{nameof(category.Dimension)} must be at least 1");
        var width = inputs - categories.Count + categories.Sum(category => (long)category.Dimension);
        if (categories.Sum(category => (double)SizeOf(category)) > Array.MaxLength || width > Array.MaxLength)
            throw new ArgumentException(
                $"There would be more than {Array.MaxLength} parameters or outputs. Use smaller dimensions.", nameof(categories));
        return (int)width;
    }
}
