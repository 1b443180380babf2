using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Features in two forms, a label for every task, and a column that scoring has nothing to do with.</summary>
internal sealed class ScoringRow
{
    [VectorType(ScoringData.FeatureCount)]
    public float[] Features { get; set; } = [];

    [VectorType(ScoringData.FeatureCount)]
    public VBuffer<float> Sparse { get; set; }

    public bool Flag { get; set; }

    [KeyType(3)]
    public uint Kind { get; set; }

    public float Value { get; set; }

    public string Name { get; set; } = "";
}

/// <summary>Rows, and a small model for each task.</summary>
internal static class ScoringData
{
    public const int FeatureCount = 5;

    public const string Flag = nameof(ScoringRow.Flag), Kind = nameof(ScoringRow.Kind), Value = nameof(ScoringRow.Value);

    public static ScoringRow[] Rows(int count) => [.. Enumerable.Range(0, count).Select(Row)];

    public static IDataView Table(MLContext ml, int count) => ml.Data.LoadFromEnumerable(Rows(count));

    public static BackpropTransformer Model(MLContext ml, string label, string features = nameof(ScoringRow.Features)) =>
        new BackpropTrainer(
            ml,
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = label,
                FeatureColumnName = features,
                HiddenLayers = [9],
                NumberOfIterations = 3,
                Seed = 1
            }).Fit(Table(ml, 60));

    public static ScoringRow Row(int number)
    {
        var random = new Random(number);
        float[] x = [.. Enumerable.Range(0, FeatureCount).Select(_ => Math.Max(0, 4 * random.NextSingle() - 2))];
        if (number % 50 == 49) x[2] = float.NaN;
        int[] places = [.. Enumerable.Range(0, x.Length).Where(j => x[j] != 0)];
        return new ScoringRow
        {
            Features = x,
            Sparse = new VBuffer<float>(x.Length, places.Length, [.. places.Select(j => x[j])], places),
            Flag = x[0] > x[1],
            Kind = (uint)(number % 3), // ML.NET adds one: its keys begin at 1
            Value = x[0] - 2 * x[1],
            Name = $"row {number}",
        };
    }
}

/// <summary>The label columns, one for each task.</summary>
internal sealed class EveryLabel : TheoryData<string>
{
    public EveryLabel() : base(ScoringData.Flag, ScoringData.Kind, ScoringData.Value)
    {
    }
}
