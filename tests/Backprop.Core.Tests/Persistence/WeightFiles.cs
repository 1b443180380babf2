using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

/// <summary>The formats of weights, and files of them: honest and forged.</summary>
internal static class WeightFiles
{
    public static IReadOnlyDictionary<string, (Action<NetworkWeights, Stream> Save, Func<Stream, NetworkWeights> Load)> Formats { get; } =
        new Dictionary<string, (Action<NetworkWeights, Stream>, Func<Stream, NetworkWeights>)>
        {
            ["JSON"] = ((weights, stream) => weights.SaveJson(stream), NetworkWeights.LoadJson),
            ["npz"] = ((weights, stream) => weights.SaveNpz(stream), NetworkWeights.LoadNpz),
            ["safetensors"] = ((weights, stream) => weights.SaveSafetensors(stream), NetworkWeights.LoadSafetensors),
        };

    public static byte[] Bytes(string format, NetworkWeights weights)
    {
        using var stream = new MemoryStream();
        Formats[format].Save(weights, stream);
        return stream.ToArray();
    }

    public static NetworkWeights Load(string format, byte[] bytes) => Formats[format].Load(new DrippingStream(bytes));

    public static byte[] Safetensors(string header, int data, long? length = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, length ?? text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    public static byte[] Zip(string name, byte[] content, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, level).Open();
            entry.Write(content);
        }
        return stream.ToArray();
    }

    public static byte[] Npy(string header, int data, byte version = 1)
    {
        var text = Encoding.ASCII.GetBytes(header + "\n");
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. new byte[data]];
    }
}
