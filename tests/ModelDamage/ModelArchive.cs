using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Backprop.ModelDamage;

/// <summary>One entry of a zip.</summary>
/// <param name="Name">Its full path.</param>
/// <param name="Content">Unpacked.</param>
public sealed record ArchiveEntry(string Name, byte[] Content);

/// <summary>A saved model, taken apart into the entries of its zip. Names may repeat.</summary>
public sealed class ModelArchive(IReadOnlyList<ArchiveEntry> entries)
{
    private const string ChecksumName = "Checksum", ChecksumLine = "Backprop.ML checksum 1";

    public IReadOnlyList<ArchiveEntry> Entries { get; } = entries;

    public static ModelArchive Read(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
        return new ModelArchive([.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return new ArchiveEntry(entry.FullName, bytes.ToArray());
        })]);
    }

    public byte[] Write()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>The same with one entry replaced.</summary>
    public ModelArchive With(int index, ArchiveEntry entry) => new([.. Entries.Select((old, i) => i == index ? entry : old)]);

    /// <summary>The same with other content of one entry.</summary>
    public ModelArchive With(int index, byte[] content) => With(index, Entries[index] with { Content = content });

    /// <summary>The same without an entry.</summary>
    public ModelArchive Without(int index) => new([.. Entries.Where((_, i) => i != index)]);

    /// <summary>The same with one entry more, at the end.</summary>
    public ModelArchive Plus(ArchiveEntry entry) => new([.. Entries, entry]);

    /// <summary>The same with every checksum written again, as a forger would; by docs/model-file.md, not by the library.</summary>
    public ModelArchive Resealed()
    {
        var sealedEntries = Entries.ToArray();
        // Longest first: the checksum of a folder covers those of the folders below it.
        foreach (var checksum in Entries.Where(entry => IsChecksum(entry.Name)).OrderByDescending(entry => entry.Name.Length))
        {
            var folder = checksum.Name[..^(ChecksumName.Length + 1)];
            var names = Encoding.UTF8.GetString(checksum.Content).Split('\n').Skip(2).TakeWhile(line => !line.StartsWith("sha256 ", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]);
            var text = new StringBuilder($"{ChecksumLine}\nfolder {folder}\n");
            foreach (var name in names)
            {
                var content = sealedEntries.LastOrDefault(entry => entry.Name == $"{folder}/{name}")?.Content ?? [];
                text.Append(CultureInfo.InvariantCulture, $"{name} {content.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}\n");
            }
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
            text.Append(CultureInfo.InvariantCulture, $"sha256 {digest}\n");
            var at = Array.FindIndex(sealedEntries, entry => entry.Name == checksum.Name);
            sealedEntries[at] = checksum with { Content = Encoding.UTF8.GetBytes(text.ToString()) };
        }
        return new ModelArchive(sealedEntries);
    }

    /// <summary>Whether an entry belongs to a folder of ours: to one with a checksum, or below it.</summary>
    public bool IsOurs(string name) => Entries.Any(entry => IsChecksum(entry.Name) && name.StartsWith(entry.Name[..^ChecksumName.Length], StringComparison.Ordinal));

    private static bool IsChecksum(string name) => name.EndsWith($"/{ChecksumName}", StringComparison.Ordinal);
}
