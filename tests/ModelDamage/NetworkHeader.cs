using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backprop.ModelDamage;

/// <summary>Edits the JSON header of the entry Network, and makes its own checksum right again.</summary>
internal static class NetworkHeader
{
    private const int PrefixLength = 20;

    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "2147483647", "-2147483648", "1e999", "0.5",
        "\"\"", "\"Dense\"", "\"Tanh\"", "\"SquaredError\"", "[]", "[null]", "{}",
        """{"type":"Dense","inputs":4,"outputs":4}""", """{"type":"SquaredError"}""", """{"type":"Lost.Loss, Lost.Assembly"}""",
    ];

    public static byte[] Edit(byte[] network, Random random, out string what)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(network.AsSpan(12));
        var header = network.AsSpan(PrefixLength, length).ToArray();
        if (random.Next(2) == 0)
        {
            var at = random.Next(length);
            header[at] = random.Next(2) == 0 ? (byte)('0' + random.Next(10)) : (byte)random.Next(32, 127);
            what = $"character {at} of the network's header changed";
        }
        else
        {
            var root = JsonNode.Parse(header)!;
            what = $"network's header: {Change(root, random)}";
            header = JsonSerializer.SerializeToUtf8Bytes(root);
        }
        byte[] edited = [.. network[..PrefixLength], .. header, .. network[(PrefixLength + length)..]];
        BinaryPrimitives.WriteInt32LittleEndian(edited.AsSpan(12), header.Length);
        SHA256.HashData(edited.AsSpan(0, edited.Length - SHA256.HashSizeInBytes), edited.AsSpan(edited.Length - SHA256.HashSizeInBytes));
        return edited;
    }

    // Walks down to a random place and puts something else there, or takes it away.
    private static string Change(JsonNode node, Random random)
    {
        var value = JsonNode.Parse(_values[random.Next(_values.Length)]);
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                var key = members.ElementAt(random.Next(members.Count)).Key;
                if (members[key] is JsonObject or JsonArray && random.Next(4) > 0) return Change(members[key]!, random);
                if (random.Next(8) == 0) return members.Remove(key) ? $"{key} removed" : "";
                members[key] = value;
                return $"{key} = {value?.ToJsonString() ?? "null"}";
            case JsonArray { Count: > 0 } items:
                var index = random.Next(items.Count);
                if (items[index] is not null && random.Next(4) > 0) return Change(items[index]!, random);
                items[index] = value;
                return $"[{index}] = {value?.ToJsonString() ?? "null"}";
            default: return "nothing";
        }
    }
}
