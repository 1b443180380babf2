using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace Backprop.ML.Persistence;

/// <summary>
/// Writes one folder of a model file, and last its <see cref="FolderChecksum"/>. Every entry must be written by this class:
/// the reader does not see others.
/// </summary>
internal sealed class FolderWriter
{
    private readonly ModelSaveContext _context;
    private readonly VersionInfo _version;
    private readonly List<FolderEntry> _entries = [];

    /// <param name="context">
    /// The folder. What is written to the context itself becomes the entry Model.key, which the checksum covers.
    /// </param>
    /// <param name="version">The loader and the version that Model.key names.</param>
    public FolderWriter(ModelSaveContext context, VersionInfo version)
    {
        (_context, _version) = (context, version);
        context.SetVersionInfo(version);
    }

    /// <summary>A folder's path as the checksum writes it: the same on every system.</summary>
    public static string PathOf(string? directory) => directory?.Replace('\\', '/') ?? "";

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Without spaces.</param>
    /// <param name="write">Writes its content.</param>
    public void Write(string name, Action<Stream> write)
    {
        using var memory = new MemoryStream();
        write(memory);
        var content = memory.ToArray();
        _context.SaveBinaryStream(name, writer => writer.Write(content));
        _entries.Add(FolderEntry.Of(name, content));
    }

    /// <summary>Adds a folder with a checksum of its own, which this one's covers.</summary>
    /// <param name="name">Without spaces.</param>
    /// <param name="write">Writes the folder, and returns what <see cref="Finish"/> of its writer returned.</param>
    public void WriteFolder(string name, Func<ModelSaveContext, FolderEntry> write) =>
        _context.SaveSubModel(name, inner =>
        {
            var key = write(inner);
            _entries.Add(key with { Name = $"{name}/{key.Name}" });
        });

    /// <summary>Adds the checksum. To be called last: nothing may be written to the folder or to the context after it.</summary>
    /// <returns>The entry Model.key, by which a folder above can cover this one.</returns>
    public FolderEntry Finish()
    {
        var text = FolderChecksum.Write(PathOf(_context.Directory), _entries);
        _context.Writer.Write(text);
        _context.Writer.Write(text.Length);
        _context.Writer.Write(new byte[SHA256.HashSizeInBytes]);
        _context.Writer.Flush();

        // The digest is computed from the bytes with zeros in its own position.
        var stream = _context.Writer.BaseStream;
        var end = stream.Position;
        var content = BytesOfModelKey(stream);
        var digest = SHA256.HashData(content);
        digest.CopyTo(content, end - digest.Length);
        stream.Position = end - digest.Length;
        stream.Write(digest);
        return FolderEntry.Of(ModelLoadContext.ModelStreamName, content);
    }

    // ML.NET completes Model.key when this folder is done: it adds strings and a tail, and fills in the header. The same
    // is done here to a copy.
    private byte[] BytesOfModelKey(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.Position = 0;
        stream.CopyTo(copy);

        var header = _context.Header;
        using var writer = new BinaryWriter(copy, Encoding.UTF8, leaveOpen: true);
        ModelHeader.EndWrite(writer, _context.FpMin, ref header, _context.Strings, _version.LoaderAssemblyName);
        return copy.ToArray();
    }
}
