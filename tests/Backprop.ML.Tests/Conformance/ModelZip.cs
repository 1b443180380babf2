using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Backprop.ModelDamage;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>A saved model, taken apart into the entries of its zip.</summary>
internal sealed class ModelZip
{
    public const string Transformer = "TransformerChain/Model.key", TrainSchema = "TransformerChain/TrainSchema";

    public const string Model = "TransformerChain/Model/Model.key", Network = "TransformerChain/Model/Network";

    private readonly (string Name, byte[] Content)[] _entries;

    private ModelZip((string Name, byte[] Content)[] entries) => _entries = entries;

    public byte[] this[string name] => _entries.Single(entry => entry.Name == name).Content;

    public IEnumerable<string> Names => _entries.Select(entry => entry.Name);

    public static ModelZip Save(MLContext ml, ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        return new ModelZip([.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return (entry.FullName, bytes.ToArray());
        })]);
    }

    public ModelZip With(string name, byte[] content) => new([.. _entries.Select(entry => entry.Name == name ? (name, content) : entry)]);

    public ModelZip Renamed(Func<string, string> nameOf) => new([.. _entries.Select(entry => (nameOf(entry.Name), entry.Content))]);

    public ModelZip Without(string name) => new([.. _entries.Where(entry => entry.Name != name)]);

    /// <summary>The same with every checksum right again, as a forger would write it.</summary>
    public ModelZip Resealed()
    {
        var archive = new ModelArchive([.. _entries.Select(entry => new ArchiveEntry(entry.Name, entry.Content))]);
        return new ModelZip([.. archive.Resealed().Entries.Select(entry => (entry.Name, entry.Content))]);
    }

    /// <summary>
    /// The name of the assembly in a Model.key, and where it begins. ML.NET's header, 256 bytes, says at 0x90 where, and at
    /// 0x98 how many bytes it has.
    /// </summary>
    public static (string Name, int Start) AssemblyNameIn(byte[] modelKey)
    {
        var start = (int)BinaryPrimitives.ReadInt64LittleEndian(modelKey.AsSpan(0x90));
        return (Encoding.Unicode.GetString(modelKey, start, BinaryPrimitives.ReadInt32LittleEndian(modelKey.AsSpan(0x98))), start);
    }

    /// <summary>The same with another word of the same length in an entry; ML.NET writes words in UTF-16.</summary>
    public ModelZip WithWord(string name, string word, string other)
    {
        Assert.Equal(word.Length, other.Length);
        var content = this[name].ToArray();
        var at = content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word));
        Assert.True(at >= 0, $"{name} does not say {word}.");
        Encoding.Unicode.GetBytes(other).CopyTo(content, at);
        return With(name, content);
    }

    public ITransformer Load(MLContext ml) => ml.Model.Load(new MemoryStream(ToBytes()), out _);

    /// <summary>The zip.</summary>
    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in _entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
