using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backprop.Persistence;

/// <summary>The format safetensors: 8 bytes with the length of the header, the header as JSON, then the values of all arrays without
/// gaps.</summary>
/// <remarks>Source: Hugging Face, "Safetensors", section "Format".</remarks>
internal static class SafetensorsWeights
{
    private const int PrefixLength = 8, MaxHeader = 100_000_000; // the maximum of the format
    private const string Metadata = "__metadata__";

    private static readonly JsonSerializerOptions _options = new(HeaderJson.Options) { PropertyNamingPolicy = null };

    public static void Write(Stream stream, NetworkWeights weights)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) WriteHeader(json, weights);

        // The values begin at a multiple of 8.
        var header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        Span<byte> length = stackalloc byte[PrefixLength];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var array in weights) WeightData.Write(stream, array.Values);
    }

    private static void WriteHeader(Utf8JsonWriter json, NetworkWeights weights)
    {
        long start = 0;
        json.WriteStartObject();
        foreach (var array in weights)
        {
            if (array.Name == Metadata)
                throw new InvalidOperationException($"The format safetensors reserves the name '{Metadata}'. Rename the array.");
            json.WriteStartObject(array.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (var dimension in array.Shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(start);
            json.WriteNumberValue(start += 4L * array.Values.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static IEnumerable<WeightArray> Read(byte[] bytes)
    {
        if (bytes.Length < PrefixLength) throw new FormatException($"It has {bytes.Length} bytes; at least {PrefixLength} are needed.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MaxHeader || length > (ulong)(bytes.Length - PrefixLength))
            throw new FormatException(
                $"It announces a header of {length} bytes, but {bytes.Length - PrefixLength} bytes follow, and at most {MaxHeader} are " +
                $"allowed.");
        var start = PrefixLength + (int)length;
        var entries = ReadHeader(bytes.AsSpan(PrefixLength, (int)length));
        CheckOffsets(entries, bytes.Length - start);
        var arrays = new List<WeightArray>();
        foreach (var (name, entry) in entries)
        {
            var (first, end) = ((int)entry.Offsets[0], (int)entry.Offsets[1]);
            arrays.Add(WeightData.Read(name, entry.Shape, bytes.AsSpan(start + first, end - first), SizeOf(name, entry.Type)));
        }
        return arrays;
    }

    private static List<(string Name, Entry Entry)> ReadHeader(ReadOnlySpan<byte> header)
    {
        var members = JsonSerializer.Deserialize<OrderedDictionary<string, JsonElement>>(header, _options)
            ?? throw new JsonException("The header is null.");
        var entries = new List<(string, Entry)>();
        foreach (var (name, member) in members)
        {
            if (name == Metadata) continue; // texts about the file
            var entry = member.Deserialize<Entry>(_options);
            if (entry is not { Offsets.Length: 2 })
                throw new FormatException($"Array '{name}' must have two offsets, where its values begin and end.");
            entries.Add((name, entry));
        }
        return entries;
    }

    // The arrays cover the data without gaps, in any order.
    private static void CheckOffsets(List<(string Name, Entry Entry)> entries, int length)
    {
        long position = 0;
        foreach (var (name, entry) in entries.OrderBy(entry => entry.Entry.Offsets[0]))
        {
            if (entry.Offsets[0] != position || entry.Offsets[1] < position || entry.Offsets[1] > length)
                throw new FormatException(
                    $"Array '{name}' has the bytes from {entry.Offsets[0]} to {entry.Offsets[1]} of {length}, but must begin at " +
                    $"{position}.");
            position = entry.Offsets[1];
        }
        if (position != length) throw new FormatException($"The arrays have {position} bytes, but {length} bytes follow the header.");
    }

    private static int SizeOf(string name, string type) => type switch
    {
        "F32" => 4,
        "F64" => 8,
        _ => throw new FormatException(
            $"Array '{name}' has the type {type}; F32 and F64 are allowed. In Python, convert it by tensor.float()."),
    };

    private sealed record Entry(
        [property: JsonPropertyName("dtype")] string Type, [property: JsonPropertyName("shape")] int[] Shape,
        [property: JsonPropertyName("data_offsets")] long[] Offsets);
}
