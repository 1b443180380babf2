using System.Buffers.Binary;
using System.Globalization;

namespace Backprop.Persistence;

/// <summary>The values of an array as bytes: little-endian float32 or float64.</summary>
internal static class WeightData
{
    /// <summary>Reads the values of an array.</summary>
    /// <param name="name">The name of the array.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="bytes">Its values, row-major.</param>
    /// <param name="size">The bytes of a value: 4 or 8.</param>
    /// <param name="isFortran">Whether the first dimension, instead of the last, varies fastest.</param>
    /// <exception cref="FormatException">There are more or fewer bytes, or a value is beyond single precision.</exception>
    /// <exception cref="ArgumentException">The name, the shape or a value is not allowed.</exception>
    public static WeightArray Read(string name, int[] shape, ReadOnlySpan<byte> bytes, int size, bool isFortran = false)
    {
        WeightArray.CheckName(name);
        var count = WeightArray.CountOf(name, shape);
        if ((long)count * size != bytes.Length)
            throw new FormatException(
                $"Array '{name}' has shape {WeightArray.TextOf(shape)}, so {(long)count * size} bytes are needed, " +
                $"but there are {bytes.Length}.");
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = size == 4 ? BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]) : RoundedDouble(name, i, bytes);
        return WeightArray.Owning(name, shape, isFortran ? RowMajor(values, shape) : values);
    }

    /// <summary>Writes values as float32.</summary>
    public static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (!values.IsEmpty)
        {
            var count = Math.Min(values.Length, buffer.Length / 4);
            for (var i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(buffer[(4 * i)..], values[i]);
            stream.Write(buffer[..(4 * count)]);
            values = values[count..];
        }
    }

    private static float RoundedDouble(string name, int index, ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * index)..]);
        if (double.IsFinite(value) && !float.IsFinite((float)value))
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"Value {index} of array '{name}' is {value}, beyond the range of single precision."));
        return (float)value;
    }

    // Counts through the elements row by row, and finds the position of each in Fortran order.
    private static float[] RowMajor(float[] values, int[] shape)
    {
        var strides = new int[shape.Length];
        for (int d = 0, stride = 1; d < shape.Length; stride *= shape[d], d++) strides[d] = stride;
        var rowMajor = new float[values.Length];
        var index = new int[shape.Length];
        for (int i = 0, position = 0; i < values.Length; i++)
        {
            rowMajor[i] = values[position];
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                position += strides[d];
                if (++index[d] < shape[d]) break;
                position -= shape[d] * strides[d];
                index[d] = 0;
            }
        }
        return rowMajor;
    }
}
