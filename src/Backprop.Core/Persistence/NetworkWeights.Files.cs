namespace Backprop.Persistence;

// All readers read the whole file into memory first, and then only allocate what these bytes can fill.
public sealed partial class NetworkWeights
{
    /// <summary>Writes a JSON object: <c>format</c>, <c>version</c>, and <c>arrays</c> with <c>shape</c> and <c>values</c> by
    /// name.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void SaveJson(string path) => Save(path, SaveJson);

    /// <summary>Writes the same to a stream.</summary>
    /// <param name="stream">The stream.</param>
    public void SaveJson(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        JsonWeights.Write(stream, this);
    }

    /// <summary>Reads what <see cref="SaveJson(string)"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is damaged or of another format; the message says why.</exception>
    public static NetworkWeights LoadJson(string path) => Load(path, LoadJson);

    /// <summary>Reads the same from a stream, up to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">The content is damaged or of another format; the message says why.</exception>
    public static NetworkWeights LoadJson(Stream stream) => Load(stream, "JSON", JsonWeights.Read);

    /// <summary>Writes an archive of NumPy for <c>numpy.load</c>: a zip file with an entry <c>.npy</c> for each array, as little-endian
    /// float32 in C order.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void SaveNpz(string path) => Save(path, SaveNpz);

    /// <summary>Writes the same to a stream.</summary>
    /// <param name="stream">The stream.</param>
    public void SaveNpz(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        NpzWeights.Write(stream, this);
    }

    /// <summary>Reads an archive of <c>numpy.savez</c> or <c>numpy.savez_compressed</c>. Arrays are little-endian float32 or float64, in C
    /// or Fortran order; float64 is rounded to single precision.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is damaged or of another format, or an array has another type; the message says
    /// why.</exception>
    public static NetworkWeights LoadNpz(string path) => Load(path, LoadNpz);

    /// <summary>Reads the same from a stream, up to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">The content is damaged or of another format, or an array has another type; the message says
    /// why.</exception>
    public static NetworkWeights LoadNpz(Stream stream) => Load(stream, "npz", NpzWeights.Read);

    /// <summary>Writes the format safetensors, as F32.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="InvalidOperationException">An array has the name <c>__metadata__</c>, which the format reserves.</exception>
    public void SaveSafetensors(string path) => Save(path, SaveSafetensors);

    /// <summary>Writes the same to a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="InvalidOperationException">An array has the name <c>__metadata__</c>, which the format reserves.</exception>
    public void SaveSafetensors(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsWeights.Write(stream, this);
    }

    /// <summary>Reads the format safetensors. Arrays are F32 or F64; F64 is rounded to single precision.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is damaged or of another format, or an array has another type; the message says
    /// why.</exception>
    public static NetworkWeights LoadSafetensors(string path) => Load(path, LoadSafetensors);

    /// <summary>Reads the same from a stream, up to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">The content is damaged or of another format, or an array has another type; the message says
    /// why.</exception>
    public static NetworkWeights LoadSafetensors(Stream stream) => Load(stream, "safetensors", SafetensorsWeights.Read);

    private static void Save(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        write(file);
    }

    private static NetworkWeights Load(string path, Func<Stream, NetworkWeights> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return read(file);
        }
        catch (FormatException problem)
        {
            throw new FormatException($"File '{path}': {problem.Message}");
        }
    }

    private static NetworkWeights Load(Stream stream, string format, Func<byte[], IEnumerable<WeightArray>> read)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = BoundedReader.ReadToEnd(stream);
        try
        {
            return new NetworkWeights(read(bytes));
        }
        // Everything is in memory, so that any other exception means that the content is damaged. As in NetworkFormat, there is no inner
        // exception.
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            throw new FormatException($"The weights cannot be read as {format}: {problem.Message}");
        }
    }
}
