using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>One row with a label for every task, and the features in several forms.</summary>
internal sealed class SampleRow
{
    [VectorType(Samples.FeatureCount)]
    public float[] Dense { get; set; } = [];

    [VectorType(Samples.FeatureCount)]
    public VBuffer<float> Sparse { get; set; }

    public float A { get; set; }

    public float B { get; set; }

    public bool Flag { get; set; }

    [KeyType(Samples.ClassCount)]
    public uint Key { get; set; }

    public string Color { get; set; } = "";

    [KeyType(5)]
    public uint Category { get; set; }

    [VectorType(2), KeyType(7)]
    public ushort[] Categories { get; set; } = [];

    [VectorType(Samples.FeatureCount)]
    public float[] Holes { get; set; } = [];

    public int Number { get; set; }

    public float Value { get; set; }

    [VectorType(2)]
    public float[] Values { get; set; } = [];

    [VectorType(3)]
    public bool[] Flags { get; set; } = [];

    public float Weight { get; set; } = 1;

    public float Relevance { get; set; }

    [KeyType(8)]
    public uint Query { get; set; }

    public float QueryWeight { get; set; } = 1;
}

/// <summary>Small data that all tasks can learn from.</summary>
internal static class Samples
{
    public const int FeatureCount = 4, ClassCount = 3;

    private static readonly string[] _colors = ["red", "green", "blue"];

    /// <summary>Options that make training quick; enough where what is learned does not matter.</summary>
    public static BackpropTrainer.Options Quick(string label, string features = nameof(SampleRow.Dense), string? weight = null) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        FeatureColumnName = features,
        ExampleWeightColumnName = weight,
        HiddenLayers = [4],
        NumberOfIterations = 2,
    };

    /// <summary>Rows with features from −1 to 1, of which about half are 0, and labels that follow from them.</summary>
    public static SampleRow[] Rows(int count = 40)
    {
        var random = new Random(7);
        return [
            .. Enumerable.Range(0, count).Select(
                _ => Row([.. Enumerable.Range(0, FeatureCount).Select(_ => Math.Max(0, random.NextSingle() * 4 - 2) - 1)]))];
    }

    public static IDataView Table(MLContext ml, int count = 40) => ml.Data.LoadFromEnumerable(Rows(count));

    private static SampleRow Row(float[] x)
    {
        for (var j = 0; j < x.Length; j++)
            if (x[j] == -1) x[j] = 0;
        int[] places = [.. Enumerable.Range(0, x.Length).Where(j => x[j] != 0)];
        var kind = x[0] > x[1] ? 0 : x[2] > 0 ? 1 : 2;
        return new SampleRow
        {
            Dense = x,
            Sparse = new VBuffer<float>(x.Length, places.Length, [.. places.Select(j => x[j])], places),
            A = x[0],
            B = x[1],
            Flag = x[0] + x[1] > x[2],
            Key = (uint)kind, // ML.NET adds one: its keys begin at 1, and 0 is missing
            Color = _colors[kind],
            Category = (uint)(places.Length % 5),
            Categories = [(ushort)places.Length, (ushort)kind],
            Holes = [.. x.Select(value => value > 0.8f ? float.NaN : value)],
            Number = 10 * (kind + 1),
            Value = 3 * x[0] - x[3] + 100,
            Values = [x[0] + x[1], 10 * x[2] - 5],
            Flags = [x[0] > 0, x[1] + x[2] > 0, x[3] > 0],
            Weight = 1 + Math.Abs(x[3]),
            Relevance = kind,
            Query = (uint)places.Length,
            QueryWeight = 1 + places.Length,
        };
    }
}
