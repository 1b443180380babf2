namespace Backprop.Layers;

/// <summary>A feature that holds a category index.</summary>
internal interface ICategory
{
    /// <summary>Its index among the features.</summary>
    int Slot { get; }

    /// <summary>Number of categories: the feature holds 1 to Count.</summary>
    int Count { get; }
}

/// <summary>The features that hold categories, stored as the ranges of other features between them. A layer copies those other features
/// unchanged to the front of its output.</summary>
internal sealed class CategorySlots
{
    private readonly (int First, int Count)[] _others; // ranges, because a damaged file could make a list of all features huge

    /// <param name="inputs">Number of features.</param>
    /// <param name="slots">Indices of the features that hold categories, in any order.</param>
    public CategorySlots(int inputs, IEnumerable<int> slots)
    {
        int[] ends = [-1, .. slots.Order(), inputs];
        _others = [.. ends.Zip(ends.Skip(1), (before, after) => (before + 1, after - before - 1)).Where(run => run.Item2 > 0)];
    }

    /// <summary>Copies the other features of a row to the front; returns how many.</summary>
    public int CopyOthers(ReadOnlySpan<Real> x, Span<Real> y)
    {
        var column = 0;
        foreach (var (first, count) in _others)
        {
            x.Slice(first, count).CopyTo(y[column..]);
            column += count;
        }
        return column;
    }

    /// <summary>Copies the gradients of the other features back; the gradient of a category is 0.</summary>
    public void CopyGradients(ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        dx.Clear();
        var column = 0;
        foreach (var (first, count) in _others)
        {
            dy.Slice(column, count).CopyTo(dx[first..]);
            column += count;
        }
    }

    /// <summary>The input that an output depends on, where the columns of the categories follow the other features.</summary>
    /// <param name="output">The index of the output.</param>
    /// <param name="categories">Number of features that hold categories.</param>
    /// <param name="columnsOf">The feature and the number of columns of a category.</param>
    public int InputOf(int output, int categories, Func<int, (int Slot, int Width)> columnsOf)
    {
        foreach (var (first, count) in _others)
        {
            if (output < count) return first + output;
            output -= count;
        }
        for (var i = 0; i < categories; i++)
        {
            var (slot, width) = columnsOf(i);
            if (output < width) return slot;
            output -= width;
        }
        throw new ArgumentOutOfRangeException(nameof(output), output, "is beyond the last output");
    }

    /// <summary>The category, from 1 to <paramref name="count"/>, that a value names. 0 for any other value: the category is missing, or
    /// training has not seen it.</summary>
    public static int CategoryOf(Real value, int count) => value >= 1 && value <= count && value == Math.Floor(value) ? (int)value : 0;

    /// <exception cref="ArgumentException">There is no category, an index is out of range or named twice, or a feature has no
    /// categories.</exception>
    public static void Check<T>(int inputs, IReadOnlyList<T> categories) where T : struct, ICategory
    {
        ArgumentNullException.ThrowIfNull(categories);
        if (categories.Count == 0)
            throw new ArgumentException($"{nameof(categories)} is empty. Name at least one feature.", nameof(categories));
        var slots = new HashSet<int>();
        foreach (var category in categories)
        {
            if (category.Slot < 0 || category.Slot >= inputs)
                throw new ArgumentOutOfRangeException(
                    nameof(categories), category, $"{nameof(ICategory.Slot)} must be from 0 to {inputs - 1}");
            if (category.Count < 1)
                throw new ArgumentOutOfRangeException(nameof(categories), category, $"{nameof(ICategory.Count)} must be at least 1");
            if (!slots.Add(category.Slot))
                throw new ArgumentException(
                    $"{nameof(categories)} names feature {category.Slot} twice. Name each feature once.", nameof(categories));
        }
    }
}
