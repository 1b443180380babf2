using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Data whose labels bend with the features (a wave), so that a network is worth its while.</summary>
internal static class Synthetic
{
    public const string Flag = nameof(Example.Flag), Kind = nameof(Example.Kind), Value = nameof(Example.Value),
        Weight = nameof(Example.Weight);

    public static readonly string[] FeatureNames = [nameof(Example.Main), nameof(Example.Side), nameof(Example.Noise)];

    public static Example[] Examples(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [
            .. Enumerable.Range(0, count).Select(_ => Make(Uniform(random), Uniform(random), Uniform(random), 0.05f * Uniform(random)))];
    }

    /// <summary>From the columns of an <see cref="Example"/> to Features, and from Kind's text to a key. The order of the keys is that of
    /// the alphabet, for whatever rows.</summary>
    public static IEstimator<ITransformer> Preparation(MLContext ml) =>
        ml.Transforms.Concatenate("Features", FeatureNames)
            .Append(ml.Transforms.Conversion.MapValueToKey(Kind, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));

    public static IDataView Prepared(MLContext ml, int count, int seed = 1) => Prepared(ml, Examples(count, seed));

    public static IDataView Prepared(MLContext ml, IEnumerable<Example> examples)
    {
        var data = ml.Data.LoadFromEnumerable(examples);
        return Preparation(ml).Fit(data).Transform(data);
    }

    /// <summary>A small network, trained briefly from a fixed seed: enough to compare bits.</summary>
    public static BackpropTrainer.Options Brief(string label) =>
        new() { Preset = Preset.Plain, LabelColumnName = label, HiddenLayers = [8], NumberOfIterations = 5, Seed = 1 };

    /// <summary>A plain network that learns these examples well within a moment.</summary>
    public static BackpropTrainer.Options Plain(string label, int hidden = 32, int iterations = 60) =>
        new()
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            HiddenLayers = [hidden],
            LearningRate = 0.01,
            NumberOfIterations = iterations
        };

    private static Example Make(float main, float side, float noise, float error)
    {
        var value = MathF.Sin(3.5f * main) + 0.5f * side + error;
        return new Example
        {
            Main = main,
            Side = side,
            Noise = noise,
            Value = value,
            Flag = value > 0,
            Aside = side > 0,
            Kind = value < -0.5f ? "low" : value < 0.5f ? "middle" : "high"
        };
    }

    private static float Uniform(Random random) => 2 * random.NextSingle() - 1;
}

/// <summary>The label column of each task: what differs for a user who goes from one to another.</summary>
internal sealed class EveryTask : TheoryData<string>
{
    public EveryTask() : base(Synthetic.Flag, Synthetic.Kind, Synthetic.Value)
    {
    }
}
