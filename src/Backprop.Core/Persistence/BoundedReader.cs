namespace Backprop.Persistence;

/// <summary>Reads as many bytes from a stream as its first bytes announce, and one byte more to see that it ends there.</summary>
internal static class BoundedReader
{
    // An announcement is not trusted with more memory than this before as many bytes have arrived.
    private const int FirstLength = 1 << 16;

    /// <summary>Reads the whole.</summary>
    /// <param name="stream">Where the bytes come from; it need not be able to seek.</param>
    /// <param name="prefixLength">How many bytes announce the length.</param>
    /// <param name="lengthOf">The announced length of the whole, or an exception.</param>
    /// <exception cref="FormatException">The stream is shorter or longer than announced.</exception>
    public static byte[] Read(Stream stream, int prefixLength, Func<ReadOnlySpan<byte>, long> lengthOf)
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
                throw new FormatException($"The saved network is damaged: {count} bytes where its header announces {expected}.");
        }
        if (stream.ReadByte() >= 0)
            throw new FormatException($"The saved network is damaged: there are more than the {expected} bytes that its header announces.");
        Array.Resize(ref bytes, expected);
        return bytes;
    }
}
