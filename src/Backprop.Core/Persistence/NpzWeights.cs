using System.IO.Compression;

namespace Backprop.Persistence;

/// <summary>NumPy's archive of arrays: a zip file with one entry .npy for each.</summary>
internal static class NpzWeights
{
    // Weights compress little. So a file that expands more than this is not one of weights, and is refused before it fills the memory.
    private const long MinExpansion = 1 << 26;
    private const int MaxExpansionFactor = 100;

    private const string Ending = ".npy";

    // Entries have this time, so that equal weights have equal bytes. It is the first that a zip file can hold.
    private static readonly DateTimeOffset _time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(Stream stream, NetworkWeights weights)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var array in weights)
        {
            var entry = archive.CreateEntry(array.Name + Ending, CompressionLevel.NoCompression);
            entry.LastWriteTime = _time;
            using var content = entry.Open();
            NpyArray.Write(content, array);
        }
    }

    public static IEnumerable<WeightArray> Read(byte[] bytes)
    {
        using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        var left = Math.Max(MinExpansion, (long)MaxExpansionFactor * bytes.Length);
        var arrays = new List<WeightArray>();
        foreach (var entry in archive.Entries)
        {
            left -= entry.Length;
            if (entry.Length < 0 || left < 0 || entry.Length > Array.MaxLength)
                throw new FormatException(
                    $"Entry '{entry.FullName}' announces {entry.Length} bytes, which is too much for an archive of {bytes.Length} bytes.");
            if (!entry.FullName.EndsWith(Ending, StringComparison.Ordinal))
                throw new FormatException($"Entry '{entry.FullName}' is not an array: its name does not end in {Ending}.");
            arrays.Add(NpyArray.Read(entry.FullName[..^Ending.Length], ContentOf(entry)));
        }
        return arrays;
    }

    private static byte[] ContentOf(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var bytes = BoundedReader.Read(content, prefixLength: 0, _ => entry.Length, $"Entry '{entry.FullName}'");
        if (Crc32.Of(bytes) != entry.Crc32) throw new FormatException($"Entry '{entry.FullName}' is damaged: its checksum does not match.");
        return bytes;
    }
}
