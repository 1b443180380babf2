using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Backprop.ML.Persistence;

/// <summary>One entry of a folder in a model file, for the checksum.</summary>
/// <param name="Name">The path below the folder, with '/' between its parts; without spaces.</param>
/// <param name="Length">Number of bytes, uncompressed.</param>
/// <param name="Digest">SHA-256 of these bytes, in hexadecimal.</param>
internal sealed record FolderEntry(string Name, int Length, string Digest)
{
    /// <summary>The entry with this content.</summary>
    public static FolderEntry Of(string name, ReadOnlySpan<byte> content) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}

/// <summary>
/// The end of a folder's Model.key: a text that names every other entry of the folder, its length, and SHA-256 of all of
/// Model.key.
/// </summary>
/// <remarks>
/// It is in Model.key, because ML.NET would extract a separate entry to disk whenever a model is loaded.
/// </remarks>
internal static class FolderChecksum
{
    /// <summary>The number of bytes after the text: its length, and the digest.</summary>
    public const int TailLength = sizeof(int) + SHA256.HashSizeInBytes;

    private const string FirstLine = "Backprop.ML checksum 1", FolderWord = "folder ";

    /// <summary>The text for some entries.</summary>
    /// <param name="folder">The path of the folder. It is part of the text, so that folders of one file cannot be exchanged.</param>
    /// <param name="entries">All other entries of the folder.</param>
    public static byte[] Write(string folder, IEnumerable<FolderEntry> entries)
    {
        var text = new StringBuilder();
        text.Append(FirstLine).Append('\n').Append(FolderWord).Append(folder).Append('\n');
        foreach (var (name, length, digest) in entries) text.Append(CultureInfo.InvariantCulture, $"{name} {length} {digest}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads the entries from such a text.</summary>
    /// <param name="folder">The path of the folder with the text.</param>
    /// <param name="bytes">The text.</param>
    /// <exception cref="FormatException">The text is of another version, or of another folder.</exception>
    public static IReadOnlyList<FolderEntry> Read(string folder, ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n');
        if (lines[0] != FirstLine)
            throw new FormatException($"The checksum of folder '{folder}' begins with '{lines[0]}'; this library reads '{FirstLine}'.");
        if (lines.Length < 2 || lines[1] != FolderWord + folder)
            throw new FormatException($"The saved model is damaged: folder '{folder}' contains the checksum of another folder.");
        return [.. lines.Skip(2).Select(EntryOf)];
    }

    private static FolderEntry EntryOf(string line) =>
        line.Split(' ') is [var name, var length, var digest]
            ? new FolderEntry(name, int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture), digest)
            : throw new FormatException($"The checksum has the line '{line}'; name, length and digest are needed.");
}
