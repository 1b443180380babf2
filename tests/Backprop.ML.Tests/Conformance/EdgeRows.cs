using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>A row with a label for every task; the same features dense and sparse.</summary>
internal sealed record EdgeRow
{
    [VectorType(EdgeRows.FeatureCount)]
    public float[] Features { get; init; } = [0, 0, 0];

    [VectorType(EdgeRows.FeatureCount)]
    public VBuffer<float> Sparse { get; init; }

    public bool Flag { get; init; }

    /// <summary>The class: 0, 1 or 2; anything else is missing. ML.NET adds 1 where it makes a key of it.</summary>
    [KeyType(EdgeRows.ClassCount)]
    public uint Kind { get; init; }

    public float Value { get; init; }

    public float Weight { get; init; } = 1;

    public int Index { get; init; }
}

/// <summary>Small data that every task can be trained on, and quick trainers for it.</summary>
internal static class EdgeRows
{
    public const int FeatureCount = 3, ClassCount = 3;

    /// <summary>The label column of every task.</summary>
    public static TheoryData<string> Labels => [nameof(EdgeRow.Flag), nameof(EdgeRow.Kind), nameof(EdgeRow.Value)];

    /// <summary>Rows whose labels follow from the features; about a third of the features is 0.</summary>
    public static EdgeRow[] Make(int count)
    {
        var random = new RandomSequence(17, RandomPurpose.Shuffling);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            float[] x = [.. Enumerable.Range(0, FeatureCount).Select(_ => random.NextIndex(3) == 0 ? 0 : (float)random.NextNormal())];
            int[] filled = [.. Enumerable.Range(0, FeatureCount).Where(j => x[j] != 0)];
            return new EdgeRow
            {
                Features = x,
                Sparse = new VBuffer<float>(FeatureCount, filled.Length, [.. filled.Select(j => x[j])], filled),
                Flag = x[0] > x[1],
                Kind = x[0] > x[1] ? 0u : x[2] > 0 ? 1u : 2u,
                Value = 10 * x[0] - x[2] + 50,
                Index = index,
            };
        })];
    }

    public static BackpropTrainer Trainer(
        MLContext ml, string label, string? weight = null, string features = nameof(EdgeRow.Features), int seed = 5) =>
        new(ml, new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            FeatureColumnName = features,
            ExampleWeightColumnName = weight,
            HiddenLayers = [4],
            NumberOfIterations = 3,
            Seed = seed,
        });

    /// <summary>Score and, where the task has it, Probability, of every row.</summary>
    public static float[][] Scores(IDataView scored)
    {
        float[][] scores = scored.Schema["Score"].Type is VectorDataViewType
            ? [.. scored.GetColumn<float[]>("Score")]
            : [.. scored.GetColumn<float>("Score").Select(score => new[] { score })];
        return scored.Schema.GetColumnOrNull("Probability") is null
            ? scores
            : [.. scores.Zip(scored.GetColumn<float>("Probability"), (score, probability) => (float[])[.. score, probability])];
    }
}
