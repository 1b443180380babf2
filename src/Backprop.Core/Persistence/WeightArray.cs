using System.Globalization;

namespace Backprop.Persistence;

/// <summary>A named array of finite single-precision values, row-major. Immutable.</summary>
public sealed class WeightArray
{
    internal const int MaxNameLength = 255, MaxDimensions = 32;

    private readonly int[] _shape;
    private readonly float[] _values;

    /// <summary>Makes an array; shape and values are copied.</summary>
    /// <param name="name">1 to 255 characters, none of them a control character.</param>
    /// <param name="shape">The dimensions, each at least 1; empty for a single value.</param>
    /// <param name="values">The values, row-major; finite. Their number is the product of the dimensions.</param>
    /// <exception cref="ArgumentException">The name, the shape or a value is not allowed; the message says which.</exception>
    public WeightArray(string name, ReadOnlySpan<int> shape, ReadOnlySpan<float> values) : this(name, (shape.ToArray(), values.ToArray()))
    {
    }

    private WeightArray(string name, (int[] Shape, float[] Values) owned)
    {
        var (shape, values) = owned;
        CheckName(name);
        if (CountOf(name, shape) != values.Length)
            throw new ArgumentException(
                $"Array '{name}' has shape {TextOf(shape)}, so {CountOf(name, shape)} values are needed, but there are {values.Length}.");
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Value {i} of array '{name}' is {values[i]}; all must be finite."));
        (Name, _shape, _values) = (name, shape, values);
    }

    /// <summary>Makes an array without copies; the caller must not change shape and values afterwards.</summary>
    internal static WeightArray Owning(string name, int[] shape, float[] values) => new(name, (shape, values));

    /// <summary>The name of the array.</summary>
    public string Name { get; }

    /// <summary>The dimensions; empty for a single value.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The values, row-major.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The same array with another name.</summary>
    /// <param name="name">The new name.</param>
    public WeightArray Renamed(string name) => new(name, (_shape, _values));

    /// <summary>The matrix with rows and columns exchanged.</summary>
    /// <exception cref="InvalidOperationException">The array has not two dimensions.</exception>
    public WeightArray Transposed()
    {
        if (_shape is not [var rows, var columns])
            throw new InvalidOperationException($"Array {this} cannot be transposed, because it does not have two dimensions.");
        var transposed = new float[_values.Length];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                transposed[j * rows + i] = _values[i * columns + j];
        return Owning(Name, [columns, rows], transposed);
    }

    /// <summary>Name and shape, such as "layers.0.weights [4, 16]".</summary>
    public override string ToString() => $"{Name} {TextOf(_shape)}";

    /// <summary>A shape as text, such as "[4, 16]".</summary>
    internal static string TextOf(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    internal static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
            throw new ArgumentException(
                $"An array has a name of {name.Length} characters; 1 to {MaxNameLength} are allowed, none of them a control character.");
    }

    /// <summary>The number of values of a shape.</summary>
    /// <exception cref="ArgumentException">A dimension is below 1, or there would be more values than one array can hold.</exception>
    internal static int CountOf(string name, ReadOnlySpan<int> shape)
    {
        if (shape.Length > MaxDimensions)
            throw new ArgumentException($"Array '{name}' has {shape.Length} dimensions; at most {MaxDimensions} are allowed.");
        long count = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 1)
                throw new ArgumentException($"Array '{name}' has shape {TextOf(shape)}; each dimension must be at least 1.");
            count *= dimension;
            if (count > Array.MaxLength)
                throw new ArgumentException($"Array '{name}' has shape {TextOf(shape)}; at most {Array.MaxLength} values are allowed.");
        }
        return (int)count;
    }
}
