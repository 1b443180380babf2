using System.Buffers.Binary;

namespace Backprop.Distribution;

/// <summary>What a message between ranks is about.</summary>
internal enum RankMessageKind
{
    /// <summary>The facts of a rank, or its error, before a distributed computation.</summary>
    Hello,

    /// <summary>The answer of rank 0 to the facts of all ranks.</summary>
    Verdict,

    /// <summary>An item of work for a rank.</summary>
    Item,

    /// <summary>The result of an item.</summary>
    Result,

    /// <summary>A sign of life, without content.</summary>
    Beat,

    /// <summary>The end of the work, with the result of rank 0.</summary>
    Done,

    /// <summary>The last message of a rank about the work: what it did.</summary>
    Summary,

    /// <summary>Data between two computations; the integer is its topic.</summary>
    Data,

    /// <summary>Values that all ranks exchange at the same time.</summary>
    Values,

    /// <summary>A message within a group of ranks. The content is that message.</summary>
    Carried,
}

/// <summary>A message between ranks: its kind, an integer, and bytes.</summary>
/// <param name="Kind">What the message is about.</param>
/// <param name="Index">The index of an item; 0 if there is none.</param>
/// <param name="Content">The content.</param>
internal readonly record struct RankMessage(RankMessageKind Kind, int Index, byte[] Content)
{
    private const int HeaderLength = 5;

    /// <summary>The message as bytes: the kind, the index as little-endian int32, the content.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[checked(HeaderLength + Content.Length)];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Index);
        Content.CopyTo(bytes, HeaderLength);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no such message.</exception>
    public static RankMessage From(byte[] bytes)
    {
        if (bytes.Length < HeaderLength || !Enum.IsDefined((RankMessageKind)bytes[0]))
            throw new FormatException(
                $"A message of {bytes.Length} bytes from another rank is not one of this library. Start the same version on all ranks.");
        return new RankMessage(
            (RankMessageKind)bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(1)), bytes[HeaderLength..]);
    }
}
