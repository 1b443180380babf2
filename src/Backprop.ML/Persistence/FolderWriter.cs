using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace Backprop.ML.Persistence;

/// <summary>
/// Writes one folder of a model file, and finally its <see cref="FolderChecksum"/>. Every entry must be written by this class, because the
/// reader ignores others.
/// </summary>
internal sealed class FolderWriter
{
    private readonly ModelSaveContext _context;
    private readonly VersionInfo _version;
    private readonly List<FolderEntry> _entries = [];

    /// <param name="context">
    /// The folder. Bytes that are written to the context become the entry Model.key, which the checksum covers.
    /// </param>
    /// <param name="version">The loader and the version that Model.key names.</param>
    public FolderWriter(ModelSaveContext context, VersionInfo version)
    {
        (_context, _version) = (context, version);
        context.SetVersionInfo(version);
    }

    /// <summary>The path of a folder in the checksum: the same on every operating system.</summary>
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

    /// <summary>Adds a subfolder with its own checksum. The checksum of this folder covers it.</summary>
    /// <param name="name">Without spaces.</param>
    /// <param name="write">Writes the subfolder, and returns the result of <see cref="Finish"/> of its writer.</param>
    public void WriteFolder(string name, Func<ModelSaveContext, FolderEntry> write) =>
        _context.SaveSubModel(name, inner =>
        {
            var key = write(inner);
            _entries.Add(key with { Name = $"{name}/{key.Name}" });
        });

    /// <summary>Adds the checksum. Must be called last: afterwards, nothing may be written to the folder or to the context.</summary>
    /// <returns>The entry Model.key. The checksum of the parent folder can cover this folder by it.</returns>
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

    // ML.NET completes Model.key after this method: it adds strings and a tail, and sets the header. This method does the same with a copy.
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
