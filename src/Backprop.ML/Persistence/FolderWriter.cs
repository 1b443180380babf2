using System.Text;
using Microsoft.ML;

namespace Backprop.ML.Persistence;

/// <summary>Writes one folder of a model file, and last its <see cref="FolderChecksum"/>. Every entry must be written by this class: the reader refuses all others.</summary>
internal sealed class FolderWriter
{
    private readonly ModelSaveContext _context;
    private readonly VersionInfo _version;
    private readonly List<FolderEntry> _entries = [];

    /// <param name="context">The folder. What is written to the context itself becomes the entry Model.key, which the checksum covers.</param>
    /// <param name="version">The loader and the version that Model.key names.</param>
    public FolderWriter(ModelSaveContext context, VersionInfo version)
    {
        (_context, _version) = (context, version);
        context.SetVersionInfo(version);
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Without spaces.</param>
    /// <param name="write">Writes its content.</param>
    public void Write(string name, Action<Stream> write)
    {
        using var content = new MemoryStream();
        write(content);
        Write(name, content.ToArray());
    }

    /// <summary>Adds a folder with a checksum of its own, which this one's covers.</summary>
    /// <param name="name">Without spaces.</param>
    /// <param name="write">Writes the folder, and returns what <see cref="Finish"/> of its writer returned.</param>
    public void WriteFolder(string name, Func<ModelSaveContext, FolderEntry> write) =>
        _context.SaveSubModel(name, inner =>
        {
            var checksum = write(inner);
            _entries.Add(checksum with { Name = $"{name}/{checksum.Name}" });
        });

    /// <summary>Adds the checksum. To be called last: nothing may be written to the folder or to the context after it.</summary>
    /// <returns>The entry of the checksum, by which a folder above can cover this one.</returns>
    public FolderEntry Finish()
    {
        _entries.Add(FolderEntry.Of(ModelLoadContext.ModelStreamName, BytesOfModelKey()));
        Write(FolderChecksum.EntryName, FolderChecksum.Write(PathOf(_context.Directory), _entries));
        return _entries[^1];
    }

    /// <summary>A folder's path as the checksum writes it: the same on every system.</summary>
    public static string PathOf(string? directory) => directory?.Replace('\\', '/') ?? "";

    private void Write(string name, byte[] content)
    {
        _context.SaveBinaryStream(name, writer => writer.Write(content));
        _entries.Add(FolderEntry.Of(name, content));
    }

    // ML.NET completes Model.key when this folder is done: it adds strings and a tail, and fills in the header. The same is done here to a copy.
    private byte[] BytesOfModelKey()
    {
        _context.Writer.Flush();
        var stream = _context.Writer.BaseStream;
        var end = stream.Position;
        using var copy = new MemoryStream();
        stream.Position = 0;
        stream.CopyTo(copy);
        stream.Position = end;

        var header = _context.Header;
        using var writer = new BinaryWriter(copy, Encoding.UTF8, leaveOpen: true);
        ModelHeader.EndWrite(writer, _context.FpMin, ref header, _context.Strings, _version.LoaderAssemblyName);
        return copy.ToArray();
    }
}
