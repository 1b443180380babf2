using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Backprop.ModelDamage;

/// <summary>A Model.key of ours, by its description in docs/reference/model-file.md.</summary>
public static class SealedKey
{
    public const string Name = "Model.key";

    private const int SignatureStart = 0x40, LengthOfModelStart = 0x18, HeaderLength = 0x100;
    private const int TailLength = sizeof(int) + SHA256.HashSizeInBytes; // length of the text, and the digest

    // Of ML.NET's header: places of what follows the model block.
    private static readonly int[] _placesBehind = [0x20, 0x30, 0x80, 0x88, 0x90];

    /// <summary>Whether an entry is one, whole or damaged.</summary>
    public static bool IsOurs(ArchiveEntry entry) => entry.Name.EndsWith($"/{Name}", StringComparison.Ordinal)
        && entry.Content.Length > HeaderLength
        && Encoding.ASCII.GetString(entry.Content, SignatureStart, 8) is "BPRPTRAN" or "BPRPMODL";

    /// <summary>The names of the entries that its checksum covers.</summary>
    public static IEnumerable<string> EntriesOf(byte[] key)
    {
        var (start, end) = TextOf(key);
        return Encoding.UTF8.GetString(key[start..end]).TrimEnd('\n').Split('\n').Skip(2).Select(line => line.Split(' ')[0]);
    }

    /// <summary>The same with a right checksum. What is damaged too much to find the checksum stays as it is.</summary>
    /// <param name="key">The Model.key.</param>
    /// <param name="contentOf">The content of an entry, by its name below the folder.</param>
    public static byte[] Resealed(byte[] key, Func<string, byte[]> contentOf)
    {
        var (start, end) = TextOf(key);
        if (start < HeaderLength || end < start || end + TailLength > key.Length) return key;

        var head = Encoding.UTF8.GetString(key[start..end]).Split('\n').Take(2);
        var lines = EntriesOf(key).Select(name => (Name: name, Content: contentOf(name)))
            .Select(entry => (entry.Name, entry.Content.Length, Digest: Convert.ToHexStringLower(SHA256.HashData(entry.Content))))
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Name} {entry.Length} {entry.Digest}"));
        var text = Encoding.UTF8.GetBytes(string.Concat(head.Concat(lines).Select(line => line + "\n")));
        byte[] tail = [.. BitConverter.GetBytes(text.Length), .. new byte[SHA256.HashSizeInBytes]];
        byte[] sealedKey = [.. key[..start], .. text, .. tail, .. key[(end + TailLength)..]];

        var moved = text.Length - (end - start);
        foreach (var place in _placesBehind.Append(LengthOfModelStart))
        {
            var field = sealedKey.AsSpan(place);
            BinaryPrimitives.WriteInt64LittleEndian(field, BinaryPrimitives.ReadInt64LittleEndian(field) + moved);
        }
        SHA256.HashData(sealedKey).CopyTo(sealedKey, start + text.Length + sizeof(int));
        return sealedKey;
    }

    // The text stands at the end of the model block, before its length and the digest.
    private static (int Start, int End) TextOf(byte[] key)
    {
        var end = HeaderLength + BinaryPrimitives.ReadInt64LittleEndian(key.AsSpan(LengthOfModelStart)) - TailLength;
        if (end < HeaderLength || end + TailLength > key.Length) return (-1, -1);
        return ((int)end - BinaryPrimitives.ReadInt32LittleEndian(key.AsSpan((int)end)), (int)end);
    }
}
