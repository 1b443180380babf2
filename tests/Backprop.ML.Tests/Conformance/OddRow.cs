using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Columns of all the types that somebody might take for a label, features or a weight.</summary>
internal sealed class OddRow
{
    [VectorType(2)]
    public float[] Features { get; set; } = [1, 2];

    [VectorType(3)]
    public float[] Wider { get; set; } = [1, 2, 3];

    [VectorType(2)]
    public double[] Doubles { get; set; } = [1, 2];

    public float[] UnknownSize { get; set; } = [1, 2];

    [VectorType(2)]
    public bool[] Flags { get; set; } = [true, false];

    public string Text { get; set; } = "yes";

    public double Double { get; set; } = 1;

    public int Integer { get; set; } = 1;

    public DateTime Date { get; set; } = new(2020, 1, 1);

    [KeyType(3)]
    public byte ByteKey { get; set; } = 1;

    [KeyType(3)]
    public ulong LongKey { get; set; } = 1;

    [KeyType(uint.MaxValue)]
    public uint OpenKey { get; set; } = 1;

    [KeyType(2_000_000_000)]
    public uint WideKey { get; set; } = 1;

    [KeyType(3)]
    public uint Key { get; set; } = 1;

    [KeyType(4)]
    public uint OtherKey { get; set; } = 1;

    public bool Flag { get; set; } = true;

    public float Number { get; set; } = 1;
}
