using Backprop.Losses;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Presets;

/// <summary>The presets of the core train the same network as those of the trainer, bit by bit.</summary>
public class CorePresetTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("Default", nameof(Line.Flag), 60)]
    [InlineData("Default", nameof(Line.Kind), 60)]
    [InlineData("Default", nameof(Line.Value), 60)]
    [InlineData("Default", nameof(Line.Kind), 7)]
    [InlineData("Fast", nameof(Line.Kind), 4_100)]
    [InlineData("Fast", nameof(Line.Value), 4_100)]
    [InlineData("Plain", nameof(Line.Flag), 150)]
    [InlineData("ScikitLearn", nameof(Line.Value), 150)]
    public void The_same_rows_have_the_same_parameters(string preset, string label, int rows)
    {
        var lines = Lines(rows, withMissing: preset is "Default" or "Fast");
        var ofTrainer = Preset.All.Single(each => each.Name == preset);
        var options = new BackpropTrainer.Options { Preset = ofTrainer, LabelColumnName = label, Seed = 7 };
        var model = new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(lines)).Model;

        var kind = label switch { nameof(Line.Flag) => TargetKind.Binary, nameof(Line.Kind) => TargetKind.Class, _ => TargetKind.Real };
        float[] targets = [.. lines.Select(line => TargetOf(line, kind))];
        var examples = new ExampleSet([.. lines.SelectMany(line => line.Features)], 3, targets, allowsMissing: true);
        var result = TrainingPreset.All.Single(each => each.Name == preset).Train(examples, kind, seed: 7);

        Assert.Equal(model.Network.Network.Layers, result.Network.Network.Layers);
        Assert.Equal(Bits(model.Network.Parameters), Bits(result.Network.Parameters));
        Assert.Equal(model.Network.Temperature, result.Network.Temperature);
        Assert.Equal(model.History, result.History);
    }

    [Fact]
    public void Given_validation_data_is_used_alike()
    {
        Line[] lines = Lines(100, withMissing: true), others = Lines(40, withMissing: false);
        var options = new BackpropTrainer.Options { LabelColumnName = nameof(Line.Kind), Seed = 7 };
        var model = new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(lines), _ml.Data.LoadFromEnumerable(others)).Model;
        var result = TrainingPreset.Default.Train(Classes(lines), TargetKind.Class, Classes(others), seed: 7);
        Assert.Equal(Bits(model.Network.Parameters), Bits(result.Network.Parameters));
    }

    private static ExampleSet Classes(Line[] lines) => new(
        [.. lines.SelectMany(line => line.Features)], 3, [.. lines.Select(line => TargetOf(line, TargetKind.Class))], allowsMissing: true);

    private static float TargetOf(Line line, TargetKind kind) => kind switch
    {
        TargetKind.Binary => line.Flag ? 1 : 0,
        TargetKind.Class => line.Kind,
        _ => line.Value,
    };

    private static int[] Bits(ReadOnlySpan<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToInt32Bits)];

    // The second feature is mostly 0, so that many rows make quantiles of it; the third is missing in some rows.
    private static Line[] Lines(int rows, bool withMissing)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, rows).Select(i =>
        {
            float main = random.NextSingle(), other = random.NextSingle();
            var amount = random.NextSingle() < 0.8f ? 0 : MathF.Exp(9 * random.NextSingle());
            return new Line
            {
                Features = [main, amount, withMissing && i % 6 == 5 ? float.NaN : other],
                Flag = main + other > 1,
                Kind = i < 3 ? (uint)i : (uint)(2.99f * main),
                Value = 3 * main - other,
            };
        })];
    }

    private sealed class Line
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public bool Flag { get; set; }

        [KeyType(3)]
        public uint Kind { get; set; }

        public float Value { get; set; }
    }
}
