using Microsoft.ML;

namespace Backprop.ML.Data;

/// <summary>The input columns of a network, as one row of values: one column after another.</summary>
internal sealed class InputBuffers(params ColumnBuffer[] columns)
{
    private int[] _indices = [];
    private float[] _values = [];

    /// <summary>Number of values of a row.</summary>
    public int Width { get; } = columns.Sum(column => column.Width);

    /// <summary>Creates buffers for one row of active columns.</summary>
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

    /// <summary>Stores the current values of the input.</summary>
    public void Read(int row)
    {
        foreach (var column in columns) column.Read(row);
    }

    /// <summary>Writes the values of one row that was read.</summary>
    public void CopyTo(int row, Span<float> values)
    {
        var at = 0;
        foreach (var column in columns)
        {
            column.CopyTo(row, values.Slice(at, column.Width));
            at += column.Width;
        }
    }

    /// <summary>The values of one row that was read: a view of the stored row, or a copy in <paramref name="buffer"/>. Valid until the row
    /// is overwritten.</summary>
    public ReadOnlySpan<float> At(int row, Span<float> buffer)
    {
        if (columns.Length == 1 && columns[0].TryDenseAt(row, out var values)) return values;
        CopyTo(row, buffer);
        return buffer;
    }

    /// <summary>The values of one row that was read, without the zeros that the columns do not store. Valid until the next call.</summary>
    public SparseRow SparseAt(int row)
    {
        var hasFeatures = columns[0].HoldsFeatures;
        var features = hasFeatures ? columns[0].SparseAt(row) : default;
        if (hasFeatures && columns.Length == 1) return features;

        // The keys follow the features. There are few of them.
        var (count, first) = (features.Values.Length, hasFeatures ? columns[0].Width : 0);
        var length = count + Width - first;
        if (_indices.Length < length) (_indices, _values) = (new int[length], new float[length]);
        features.Values.CopyTo(_values);
        if (features.Indices.IsEmpty)
            for (var i = 0; i < count; i++) _indices[i] = i;
        else features.Indices.CopyTo(_indices);
        foreach (var column in columns.AsSpan(hasFeatures ? 1 : 0))
        {
            column.CopyTo(row, _values.AsSpan(count, column.Width));
            for (var i = 0; i < column.Width; i++) _indices[count++] = first++;
        }
        return new SparseRow(_indices.AsSpan(0, count), _values.AsSpan(0, count));
    }
}
