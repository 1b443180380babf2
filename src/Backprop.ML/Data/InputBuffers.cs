using Microsoft.ML;

namespace Backprop.ML.Data;

/// <summary>The columns that a network is fed from, as the numbers of a row, one column after another.</summary>
internal sealed class InputBuffers(params ColumnBuffer[] columns)
{
    /// <summary>Numbers of a row.</summary>
    public int Width { get; } = columns.Sum(column => column.Width);

    /// <summary>Buffers of their own for one row of active columns.</summary>
    public static InputBuffers Of(DataViewRow row, ReadOnlySpan<DataViewSchema.Column> columns)
    {
        var buffers = new ColumnBuffer[columns.Length];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = ColumnBuffer.Make(reader: null, row, columns[i]);
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
}
