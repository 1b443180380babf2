using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Backprop.Training;

/// <summary>The content of a checkpoint.</summary>
/// <param name="Facts">Options, network and data of the training, by name.</param>
/// <param name="Epoch">The last epoch that was trained.</param>
/// <param name="Epochs">The number of epochs that were planned.</param>
/// <param name="HasEnded">Whether the training had ended.</param>
/// <param name="Seconds">The time that the training had taken.</param>
/// <param name="State">The state of the training.</param>
internal sealed record CheckpointContent(
    IReadOnlyList<KeyValuePair<string, string>> Facts, int Epoch, int Epochs, bool HasEnded, double Seconds,
    IReadOnlyList<StateEntry> State);

/// <summary>Writes the state of a training to a file and reads it back.</summary>
/// <remarks>
/// Version 1; little-endian. The file begins with 8 bytes "BPTRAIN1", the int32 length of the header and the int64 length of the body. The
/// header follows, as UTF-8 JSON. The body has the bytes of all values, in the order of the header. At the end is the SHA-256 of all bytes
/// before it. Lengths are compared with the length of the file before memory is allocated.
/// </remarks>
internal static class CheckpointFile
{
    private const int PrefixLength = 20, MaxHeader = 1 << 26;

    private static ReadOnlySpan<byte> Magic => "BPTRAIN1"u8;

    /// <summary>Writes a file. At every moment it has the old content or the new one.</summary>
    /// <exception cref="IOException">The disk is full, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is read-only.</exception>
    public static void Write(string path, CheckpointContent content) =>
        AtomicFile.Write(path, $"{path}.tmp", file => Write(file, content));

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is damaged, of another version, or no checkpoint.</exception>
    public static CheckpointContent Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Checked(file);
    }

    /// <summary>The bytes of a file, for a message to another rank.</summary>
    public static byte[] ToBytes(CheckpointContent content)
    {
        using var file = new MemoryStream();
        Write(file, content);
        return file.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static CheckpointContent FromBytes(byte[] bytes) => Checked(new MemoryStream(bytes));

    private static CheckpointContent Checked(Stream file)
    {
        try
        {
            return Read(file);
        }
        catch (Exception problem) when (problem is JsonException or EndOfStreamException or OverflowException)
        {
            throw new FormatException($"It contradicts itself: {problem.Message}");
        }
    }

    /// <summary>Says that a file cannot be read, and why.</summary>
    public static string Unreadable(string path, FormatException problem) =>
        $"{nameof(Checkpoint)} '{path}' cannot be read. {problem.Message}";

    private static void Write(Stream file, CheckpointContent content)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header(
            [.. content.Facts.Select(fact => new Fact(fact.Key, fact.Value))],
            content.Epoch, content.Epochs, content.HasEnded, content.Seconds,
            [.. content.State.Select(entry => new Value(entry.Name, (int)entry.Kind, entry.Bytes.Length))]));
        Span<byte> prefix = stackalloc byte[PrefixLength];
        Magic.CopyTo(prefix);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[8..], header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(prefix[12..], content.State.Sum(entry => (long)entry.Bytes.Length));

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(prefix);
        Append(header);
        foreach (var entry in content.State) Append(entry.Bytes);
        file.Write(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    }

    private static CheckpointContent Read(Stream file)
    {
        var prefix = new byte[PrefixLength];
        if (file.Length < PrefixLength + SHA256.HashSizeInBytes) throw new FormatException("It is too short for a checkpoint.");
        file.ReadExactly(prefix);
        if (!prefix.AsSpan(0, 8).SequenceEqual(Magic))
            throw new FormatException("It is no checkpoint of this version: it does not begin with \"BPTRAIN1\".");
        var headerLength = BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(8));
        var bodyLength = BinaryPrimitives.ReadInt64LittleEndian(prefix.AsSpan(12));
        if (headerLength is < 0 or > MaxHeader || bodyLength < 0
            || file.Length != PrefixLength + headerLength + bodyLength + SHA256.HashSizeInBytes)
            throw new FormatException($"It has {file.Length} bytes, which is not the length that its first bytes announce.");
        CheckChecksum(file);

        file.Position = PrefixLength;
        var header = JsonSerializer.Deserialize<Header>(Next(headerLength));
        if (header is not { Facts: not null, State: not null } || header.Facts.Any(fact => fact is not { Name: not null, Text: not null })
            || header.State.Any(value => value is not { Name: not null, Length: >= 0 } || !Enum.IsDefined((StateKind)value.Kind)))
            throw new FormatException("Its header lacks a name, a text or a length.");
        if (header.State.Sum(value => (long)value.Length) != bodyLength)
            throw new FormatException($"The lengths of its values do not add up to {bodyLength} bytes.");
        var state = header.State.Select(value => new StateEntry(value.Name, (StateKind)value.Kind, Next(value.Length))).ToArray();
        var facts = header.Facts.Select(fact => KeyValuePair.Create(fact.Name, fact.Text));
        return new CheckpointContent([.. facts], header.Epoch, header.Epochs, header.HasEnded, header.Seconds, state);

        byte[] Next(int length)
        {
            var bytes = new byte[length];
            file.ReadExactly(bytes);
            return bytes;
        }
    }

    // Before anything else is read, so that damage is reported as damage.
    private static void CheckChecksum(Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        file.Position = 0;
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }
        var checksum = buffer.AsSpan(0, SHA256.HashSizeInBytes);
        file.ReadExactly(checksum);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(checksum))
            throw new FormatException("It is damaged: its checksum does not match.");
    }

    private sealed record Header(Fact[] Facts, int Epoch, int Epochs, bool HasEnded, double Seconds, Value[] State);

    private sealed record Fact(string Name, string Text);

    private sealed record Value(string Name, int Kind, int Length);
}
