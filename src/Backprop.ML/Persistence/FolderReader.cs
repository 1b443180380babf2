using Microsoft.ML;

namespace Backprop.ML.Persistence;

/// <summary>One folder of a model file, after every entry was compared with the folder's <see cref="FolderChecksum"/>. Entries that the checksum does not name do not exist here.</summary>
internal sealed class FolderReader
{
    private readonly RepositoryReader _repository;
    private readonly string? _directory;
    private readonly Dictionary<string, byte[]> _entries;

    /// <summary>Reads all entries of a folder.</summary>
    /// <param name="repository">The file.</param>
    /// <param name="directory">The folder; null for the root.</param>
    /// <exception cref="FormatException">An entry is missing, or has not the length and the content that were saved.</exception>
    public FolderReader(RepositoryReader repository, string? directory)
    {
        (_repository, _directory) = (repository, directory);
        var path = FolderWriter.PathOf(directory);
        var checksum = Read(FolderChecksum.EntryName, FolderChecksum.MaxLength, isExact: false);
        _entries = FolderChecksum.Read(path, checksum).ToDictionary(entry => entry.Name, Verified);

        byte[] Verified(FolderEntry entry)
        {
            var content = Read(entry.Name, entry.Length, isExact: true);
            return FolderEntry.Of(entry.Name, content) == entry
                ? content
                : throw new FormatException($"The saved model is damaged: entry '{path}/{entry.Name}' does not match its checksum.");
        }
    }

    /// <summary>Whether the folder has this entry.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The content of an entry.</summary>
    /// <exception cref="FormatException">The folder has no such entry.</exception>
    public byte[] this[string name] => _entries.TryGetValue(name, out var content)
        ? content
        : throw new FormatException($"The saved model has no entry '{name}' in folder '{FolderWriter.PathOf(_directory)}'.");

    /// <summary>A folder below this one, which has a checksum of its own.</summary>
    /// <exception cref="FormatException">This folder's checksum does not cover it, or it is damaged.</exception>
    public FolderReader OpenFolder(string name)
    {
        _ = this[$"{name}/{FolderChecksum.EntryName}"];
        return new FolderReader(_repository, Path.Combine(_directory ?? "", name));
    }

    // The length is compared before memory is taken: an entry of some kilobytes may unpack to gigabytes.
    private byte[] Read(string name, int length, bool isExact)
    {
        var path = $"{FolderWriter.PathOf(_directory)}/{name}";
        using var entry = _repository.OpenEntryOrNull(_directory, name) ?? throw new FormatException($"The saved model has no entry '{path}'.");
        var found = entry.Stream.Length;
        if (found > length || (isExact && found < length))
            throw new FormatException($"The saved model is damaged: entry '{path}' has {found} bytes, where {(isExact ? "" : "at most ")}{length} are expected.");
        var content = new byte[found];
        entry.Stream.ReadExactly(content);
        return content;
    }
}
