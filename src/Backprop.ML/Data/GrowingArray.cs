namespace Backprop.ML.Data;

/// <summary>One array that grows by rows of the same width.</summary>
/// <param name="width">Numbers of a row.</param>
/// <param name="rows">Rows to make room for at first.</param>
internal sealed class GrowingArray<T>(int width, int rows)
{
    private T[] _values = new T[Math.Max(width, width * rows)];
    private int _length;

    /// <summary>Makes room for one row more, and returns it.</summary>
    /// <exception cref="InvalidOperationException">There are more than one array can hold.</exception>
    public Span<T> Add()
    {
        if (_length + (long)width > Array.MaxLength)
            throw new InvalidOperationException($"The data does not fit into one array: {_length / width} rows of {width} numbers were read, and there are more.");
        if (_length + width > _values.Length)
            Array.Resize(ref _values, (int)Math.Clamp(2L * _values.Length, _length + width, Array.MaxLength));
        _length += width;
        return _values.AsSpan(_length - width, width);
    }

    /// <summary>The rows, and no more: the array itself.</summary>
    public T[] ToArray()
    {
        if (_length < _values.Length) Array.Resize(ref _values, _length);
        return _values;
    }
}
