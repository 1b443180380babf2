using Microsoft.ML.Data;

namespace TrainingHashes;

/// <summary>A row with a label for every task.</summary>
internal sealed class Row
{
    /// <summary>Features per row.</summary>
    public const int FeatureCount = 7;

    [VectorType(FeatureCount)] public float[] Features { get; set; } = [];

    [KeyType(12)] public uint Category { get; set; }

    [KeyType(4)] public uint Kind { get; set; }

    public float Weight { get; set; }

    public bool Flag { get; set; }

    [KeyType(3)] public uint Class { get; set; }

    public float Number { get; set; }

    [VectorType(2)] public float[] Numbers { get; set; } = [];

    [VectorType(3)] public bool[] Flags { get; set; } = [];
}
