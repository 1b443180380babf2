namespace Backprop.Persistence;

/// <summary>Reads as many bytes from a stream as its first bytes announce, and one more byte to check that the stream ends there.</summary>
internal static class BoundedReader
{
    // The announced length may be wrong, so at first no more memory than this is allocated. It grows with the bytes that arrive.
    private const int FirstLength = 1 << 16;

    /// <summary>Reads all bytes.</summary>
    /// <param name="stream">The stream of bytes; it need not support seeking.</param>
    /// <param name="prefixLength">How many bytes announce the length.</param>
    /// <param name="lengthOf">Returns the announced total length from the first bytes, or throws an exception.</param>
    /// <param name="subject">What is read, for messages.</param>
    /// <exception cref="FormatException">The stream is shorter or longer than announced.</exception>
    public static byte[] Read(
        Stream stream, int prefixLength, Func<ReadOnlySpan<byte>, long> lengthOf, string subject = "The saved network")
    {
        var bytes = new byte[FirstLength];
        var count = stream.ReadAtLeast(bytes.AsSpan(0, prefixLength), prefixLength, throwOnEndOfStream: false);
        var expected = (int)lengthOf(bytes.AsSpan(0, count));
        while (count < expected)
        {
            if (count == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(expected, 2L * bytes.Length));
            var end = Math.Min(expected, bytes.Length);
            var read = stream.ReadAtLeast(bytes.AsSpan(count..end), end - count, throwOnEndOfStream: false);
            count += read;
            if (count < end)
                throw new FormatException($"{subject} is damaged: it has {count} bytes, but its header announces {expected}.");
        }
        if (stream.ReadByte() >= 0)
            throw new FormatException($"{subject} is damaged: it has more than the {expected} bytes that its header announces.");
        Array.Resize(ref bytes, expected);
        return bytes;
    }

    /// <summary>Reads up to the end of a stream. Memory grows with the bytes that arrive.</summary>
    /// <exception cref="FormatException">There are more bytes than one array can hold.</exception>
    public static byte[] ReadToEnd(Stream stream)
    {
        var bytes = new byte[FirstLength];
        var count = 0;
        while (true)
        {
            count += stream.ReadAtLeast(bytes.AsSpan(count), bytes.Length - count, throwOnEndOfStream: false);
            if (count < bytes.Length) break;
            if (bytes.Length == Array.MaxLength) throw new FormatException($"It has more than {Array.MaxLength} bytes.");
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, 2L * bytes.Length));
        }
        Array.Resize(ref bytes, count);
        return bytes;
    }
}
