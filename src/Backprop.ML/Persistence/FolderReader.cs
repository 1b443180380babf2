using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace Backprop.ML.Persistence;

/// <summary>
/// One folder of a model file, after every entry was compared with the folder's <see cref="FolderChecksum"/>. Entries that the checksum
/// does not name are ignored.
/// </summary>
internal sealed class FolderReader
{
    private readonly RepositoryReader _repository;
    private readonly string? _directory;
    private readonly int _checksumStart;
    private readonly Dictionary<string, byte[]> _entries;

    /// <summary>Reads all entries of a folder.</summary>
    /// <param name="context">The folder's Model.key, after ML.NET has read its header.</param>
    /// <exception cref="FormatException">An entry is missing, or its length or content differs from that in the checksum.</exception>
    public FolderReader(ModelLoadContext context) : this(context, context.Repository, context.Directory)
    {
    }

    private FolderReader(ModelLoadContext context, RepositoryReader repository, string? directory)
    {
        (Context, _repository, _directory) = (context, repository, directory);
        var key = ReadModelKey(context.Reader.BaseStream);
        var end = checked((int)(context.Header.FpModel + context.Header.CbModel)) - FolderChecksum.TailLength;
        var textLength = end < ModelHeader.Size ? -1 : BinaryPrimitives.ReadInt32LittleEndian(key.AsSpan(end));
        _checksumStart = end - textLength;
        if (textLength < 0 || _checksumStart < ModelHeader.Size || !HasRightDigest(key, end + sizeof(int)))
            throw Damaged($"entry '{PathOf(ModelLoadContext.ModelStreamName)}' does not match its checksum");
        var entries = FolderChecksum.Read(FolderWriter.PathOf(directory), key.AsSpan(_checksumStart, textLength));
        _entries = entries.ToDictionary(entry => entry.Name, Read);
    }

    /// <summary>The reader of the content of Model.key.</summary>
    public ModelLoadContext Context { get; }

    /// <summary>The content of an entry.</summary>
    /// <exception cref="FormatException">The folder has no such entry.</exception>
    public byte[] this[string name] => Find(name) ?? throw new FormatException($"The saved model has no entry '{PathOf(name)}'.");

    /// <summary>The content of an optional entry; null if it does not exist.</summary>
    public byte[]? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Opens a subfolder, which has its own checksum.</summary>
    /// <remarks>ML.NET's own loading of folders would read Model.key before its checksum is compared.</remarks>
    /// <exception cref="FormatException">The checksum of this folder does not name the subfolder, or the subfolder is damaged.</exception>
    public FolderReader OpenFolder(string name)
    {
        var key = this[$"{name}/{ModelLoadContext.ModelStreamName}"];
        var context = new ModelLoadContext(new BinaryReader(new MemoryStream(key), Encoding.UTF8));
        return new FolderReader(context, _repository, Path.Combine(_directory ?? "", name));
    }

    /// <summary>Must be called after all of Model.key was read. Moves to its end, where ML.NET expects the reader.</summary>
    /// <exception cref="FormatException">Some bytes were not read.</exception>
    public void Finish()
    {
        var stream = Context.Reader.BaseStream;
        if (stream.Position != _checksumStart)
        {
            throw new FormatException(
                $"The saved model contradicts itself: entry '{PathOf(ModelLoadContext.ModelStreamName)}' has " +
                $"{_checksumStart - stream.Position} bytes more than were read.");
        }
        stream.Position = Context.Header.FpModel + Context.Header.CbModel;
    }

    // The length is in the header, which ML.NET has checked.
    private byte[] ReadModelKey(Stream stream)
    {
        var length = Context.Header.FpLim;
        if (stream.Length != length)
            throw Damaged($"entry '{PathOf(ModelLoadContext.ModelStreamName)}' has {stream.Length} bytes, but {length} are expected");
        var position = stream.Position;
        var key = new byte[length];
        stream.Position = 0;
        stream.ReadExactly(key);
        stream.Position = position;
        return key;
    }

    private static bool HasRightDigest(ReadOnlySpan<byte> key, int digestStart)
    {
        byte[] copy = [.. key];
        copy.AsSpan(digestStart, SHA256.HashSizeInBytes).Clear();
        return SHA256.HashData(copy).AsSpan().SequenceEqual(key.Slice(digestStart, SHA256.HashSizeInBytes));
    }

    // The length is compared before memory is allocated, because an entry of some kilobytes may decompress to gigabytes.
    private byte[] Read(FolderEntry expected)
    {
        using var entry = _repository.OpenEntryOrNull(_directory, expected.Name)
            ?? throw new FormatException($"The saved model has no entry '{PathOf(expected.Name)}'.");
        if (entry.Stream.Length != expected.Length)
            throw Damaged($"entry '{PathOf(expected.Name)}' has {entry.Stream.Length} bytes, but {expected.Length} are expected");
        var content = new byte[expected.Length];
        entry.Stream.ReadExactly(content);
        return FolderEntry.Of(expected.Name, content) == expected
            ? content : throw Damaged($"entry '{PathOf(expected.Name)}' does not match its checksum");
    }

    private string PathOf(string name) => $"{FolderWriter.PathOf(_directory)}/{name}";

    private static FormatException Damaged(string what) => new($"The saved model is damaged: {what}.");
}
