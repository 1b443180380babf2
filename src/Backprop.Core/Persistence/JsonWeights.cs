using System.Text.Json;

namespace Backprop.Persistence;

/// <summary>Weights as JSON.</summary>
internal static class JsonWeights
{
    private const string Format = "Backprop.ML weights";
    private const int Version = 1;

    private static readonly JsonSerializerOptions _options = new(HeaderJson.Options);

    public static void Write(Stream stream, NetworkWeights weights)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteStartObject("arrays");
        foreach (var array in weights)
        {
            json.WriteStartObject(array.Name);
            json.WriteStartArray("shape");
            foreach (var dimension in array.Shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("values");
            foreach (var value in array.Values) json.WriteNumberValue(value);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static IEnumerable<WeightArray> Read(byte[] bytes)
    {
        var file = JsonSerializer.Deserialize<File>(bytes, _options) ?? throw new JsonException("The content is null.");
        if (file.Format != Format || file.Version != Version)
            throw new FormatException(
                $"Its format is '{file.Format}' of version {file.Version}; '{Format}' of version {Version} is needed.");
        return file.Arrays.Select(array => array.Value is { } entry
            ? WeightArray.Owning(array.Key, entry.Shape, entry.Values)
            : throw new JsonException($"Array '{array.Key}' is null."));
    }

    private sealed record File(string Format, int Version, OrderedDictionary<string, Entry?> Arrays);

    private sealed record Entry(int[] Shape, float[] Values);
}
