using Microsoft.ML;

namespace Backprop.ML.Data;

/// <summary>The columns that a network is fed from, as the numbers of a row, one column after another.</summary>
internal sealed class InputBuffers(params ColumnBuffer[] columns)
{
    private int[] _places = [];
    private float[] _values = [];

    /// <summary>Numbers of a row.</summary>
    public int Width { get; } = columns.Sum(column => column.Width);

    /// <summary>Buffers of their own for one row of active columns.</summary>
    public static InputBuffers Of(DataViewRow row, ReadOnlySpan<DataViewSchema.Column> columns, ModelColumns known)
    {
        var buffers = new ColumnBuffer[columns.Length];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = known.Mapped(i, ColumnBuffer.Make(reader: null, row, columns[i]));
            buffers[i].Grow(1);
        }
        return new InputBuffers(buffers);
    }

    /// <summary>Keeps the values that the input has now.</summary>
    public void Read(int row)
    {
        foreach (var column in columns) column.Read(row);
    }

    /// <summary>Writes the numbers of one row that was read.</summary>
    public void CopyTo(int row, Span<float> numbers)
    {
        var at = 0;
        foreach (var column in columns)
        {
            column.CopyTo(row, numbers.Slice(at, column.Width));
            at += column.Width;
        }
    }

    /// <summary>The numbers of one row that was read: in the buffer itself, or else in <paramref name="room"/>. Valid until the row is
    /// overwritten by another.</summary>
    public ReadOnlySpan<float> At(int row, Span<float> room)
    {
        if (columns.Length == 1 && columns[0].TryDenseAt(row, out var numbers)) return numbers;
        CopyTo(row, room);
        return room;
    }

    /// <summary>The numbers of one row that was read, without those zeros that the columns themselves omit. Valid until the next
    /// call.</summary>
    public SparseRow SparseAt(int row)
    {
        var hasFeatures = columns[0].HoldsFeatures;
        var features = hasFeatures ? columns[0].SparseAt(row) : default;
        if (hasFeatures && columns.Length == 1) return features;

        // Keys are behind the features, and few.
        var (count, first) = (features.Values.Length, hasFeatures ? columns[0].Width : 0);
        if (_places.Length < count + Width - first) (_places, _values) = (new int[count + Width - first], new float[count + Width - first]);
        features.Values.CopyTo(_values);
        if (features.Places.IsEmpty)
            for (var i = 0; i < count; i++) _places[i] = i;
        else features.Places.CopyTo(_places);
        foreach (var column in columns.AsSpan(hasFeatures ? 1 : 0))
        {
            column.CopyTo(row, _values.AsSpan(count, column.Width));
            for (var i = 0; i < column.Width; i++) _places[count++] = first++;
        }
        return new SparseRow(_places.AsSpan(0, count), _values.AsSpan(0, count));
    }
}
