using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Backprop.ML.Persistence;

/// <summary>One entry of a folder in a model file, as the checksum knows it.</summary>
/// <param name="Name">The path below the folder, with '/' between its parts.</param>
/// <param name="Length">Bytes, unpacked.</param>
/// <param name="Digest">SHA-256 of these bytes, in hexadecimal.</param>
internal sealed record FolderEntry(string Name, int Length, string Digest)
{
    /// <summary>The entry with this content.</summary>
    public static FolderEntry Of(string name, ReadOnlySpan<byte> content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}

/// <summary>The entry <c>Checksum</c> of a folder: a text that names every other entry, and ends with a checksum of its own.</summary>
internal static class FolderChecksum
{
    /// <summary>The name of the entry.</summary>
    public const string EntryName = "Checksum";

    /// <summary>No honest one is longer, in bytes.</summary>
    public const int MaxLength = 1 << 16;

    private const string FirstLine = "Backprop.ML checksum 1", FolderWord = "folder ", LastWord = "sha256 ";

    private const int LastLineLength = 7 + 2 * SHA256.HashSizeInBytes + 1; // the word, the digest, the end of the line

    /// <summary>The text for some entries.</summary>
    /// <param name="folder">The path of the folder. It is part of the text, so that folders of one file cannot be exchanged.</param>
    /// <param name="entries">All others of the folder.</param>
    public static byte[] Write(string folder, IEnumerable<FolderEntry> entries)
    {
        var text = new StringBuilder();
        text.Append(FirstLine).Append('\n').Append(FolderWord).Append(folder).Append('\n');
        foreach (var (name, length, digest) in entries) text.Append(CultureInfo.InvariantCulture, $"{name} {length} {digest}\n");
        var body = Encoding.UTF8.GetBytes(text.ToString());
        return [.. body, .. LastLine(body)];
    }

    /// <summary>The entries that such a text names.</summary>
    /// <param name="folder">The path of the folder that holds the text.</param>
    /// <param name="bytes">The text.</param>
    /// <exception cref="FormatException">The text is damaged, of another version, or of another folder.</exception>
    public static IReadOnlyList<FolderEntry> Read(string folder, byte[] bytes)
    {
        var length = bytes.Length - LastLineLength;
        if (length < 0 || !bytes.AsSpan(length).SequenceEqual(LastLine(bytes.AsSpan(0, length))))
            throw new FormatException($"The saved model is damaged: entry '{EntryName}' of folder '{folder}' does not match its own checksum.");

        var lines = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\n').Split('\n');
        if (lines[0] != FirstLine)
            throw new FormatException($"Entry '{EntryName}' of folder '{folder}' begins with '{lines[0]}'; this library reads '{FirstLine}'.");
        if (lines.Length < 2 || lines[1] != FolderWord + folder)
            throw new FormatException($"The saved model is damaged: entry '{EntryName}' of folder '{folder}' belongs to another folder.");
        return [.. lines.Skip(2).Select(EntryOf)];
    }

    private static FolderEntry EntryOf(string line) =>
        line.Split(' ') is [var name, var length, var digest]
            ? new FolderEntry(name, int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture), digest)
            : throw new FormatException($"Entry '{EntryName}' has the line '{line}'; name, length and digest are needed.");

    private static byte[] LastLine(ReadOnlySpan<byte> body) => Encoding.UTF8.GetBytes($"{LastWord}{Convert.ToHexStringLower(SHA256.HashData(body))}\n");
}
