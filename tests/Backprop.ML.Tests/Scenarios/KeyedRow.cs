using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The same keys and classes, each among few values and among many.</summary>
/// <remarks>ML.NET counts the keys that it reads from objects from 0 on, and in all other places from 1 on.</remarks>
internal sealed class KeyedRow
{
    public const int Wide = 1_000_000, Ids = 12;

    [VectorType(2)]
    public float[] Features { get; set; } = [];

    public float Value { get; set; }

    [KeyType(Ids)]
    public uint Id { get; set; }

    [KeyType(Wide)]
    public uint WideId { get; set; }

    [KeyType(int.MaxValue)]
    public uint HugeId { get; set; }

    [KeyType(ulong.MaxValue - 1)]
    public ulong LongId { get; set; }

    public string Text { get; set; } = "";

    [KeyType(3)]
    public uint Class { get; set; }

    [KeyType(Wide)]
    public uint WideClass { get; set; }

    public static uint WideOf(uint key) => 17 + 71_000 * key;

    public static KeyedRow[] Many(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            uint id = (uint)(i < 2 * Ids ? i % Ids : random.Next(Ids)), kind = (uint)random.Next(3);
            float x = random.NextSingle(), y = random.NextSingle();
            return new KeyedRow
            {
                Features = [x + kind, y], Value = x + id % 4, Text = $"id {id}", Class = kind, WideClass = WideOf(kind),
                Id = id, WideId = WideOf(id), HugeId = 150_000_000 * id + 9, LongId = 1_000_000_000_000_000_000UL * id + 5,
            };
        })];
    }
}
