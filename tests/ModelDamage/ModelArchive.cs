using System.IO.Compression;

namespace Backprop.ModelDamage;

/// <summary>One entry of a zip.</summary>
/// <param name="Name">Its full path.</param>
/// <param name="Content">Unpacked.</param>
public sealed record ArchiveEntry(string Name, byte[] Content);

/// <summary>A saved model, taken apart into the entries of its zip. Names may repeat.</summary>
public sealed class ModelArchive(IReadOnlyList<ArchiveEntry> entries)
{
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

    /// <summary>The same with every checksum written again, as a forger would; by docs/reference/model-file.md, not by the
    /// library.</summary>
    public ModelArchive Resealed()
    {
        var entries = Entries.ToArray();
        // Longest first: the checksum of a folder covers the Model.key of the folder below it.
        var keys = Enumerable.Range(0, entries.Length).Where(i => SealedKey.IsOurs(entries[i]))
            .OrderByDescending(i => entries[i].Name.Length);
        foreach (var at in keys)
        {
            var folder = entries[at].Name[..^SealedKey.Name.Length];
            entries[at] = entries[at] with { Content = SealedKey.Resealed(entries[at].Content, ContentOf) };

            byte[] ContentOf(string name) => entries.LastOrDefault(entry => entry.Name == folder + name)?.Content ?? [];
        }
        return new ModelArchive(entries);
    }

    /// <summary>Whether an entry belongs to a folder of ours, or below one.</summary>
    public bool IsOurs(string name) =>
        Entries.Any(entry =>
            SealedKey.IsOurs(entry) && name.StartsWith(entry.Name[..^SealedKey.Name.Length], StringComparison.Ordinal));
}
