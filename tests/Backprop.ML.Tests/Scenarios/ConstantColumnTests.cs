using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A column that is constant or empty in training does not move predictions when values appear in it later, and the log names
/// it.</summary>
public class ConstantColumnTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public ConstantColumnTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.Message);
    };

    public static TheoryData<string, string> Presets
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var preset in Preset.All)
                foreach (var label in (string[])[nameof(Line.Label), nameof(Line.Flag), "Kind"]) all.Add(preset.Name, label);
            return all;
        }
    }

    [Theory, MemberData(nameof(Presets))]
    public void A_column_that_is_constant_in_training_does_not_move_predictions(string preset, string label)
    {
        var model = Fit(preset, label, Lines(60, 1, 7));
        AssertSame(model, [7, 0, -1e6f, 8]);
        Assert.Contains(
            _warnings,
            warning =>
                warning.Contains(
                    "1 of 4 features are constant or empty in the training data and are ignored: slot 3.", StringComparison.Ordinal));
    }

    [Theory, InlineData("Default"), InlineData("Fast"), InlineData("Best")]
    public void A_column_that_is_empty_in_training_does_not_move_predictions(string preset)
    {
        var model = Fit(preset, nameof(Line.Label), Lines(60, 1, float.NaN));
        AssertSame(model, [float.NaN, 0, 5, -1e6f]);
        Assert.Empty(Assert.IsType<Imputation>(model.Model.Network.Network.Layers[0]).Indicated);
        Assert.Contains(
            _warnings,
            warning => warning.EndsWith(
                "Without any value: slot 3. A loader reads text in a column of Single as missing: check the type and the index of the "
                    + "column.", StringComparison.Ordinal));
    }

    [Theory, InlineData(DataCaching.Stream), InlineData(DataCaching.Memory)]
    public void A_learned_replacement_of_an_empty_column_does_not_move_predictions(DataCaching caching)
    {
        var model = Fit(
            "Plain", nameof(Line.Label), Lines(60, 1, float.NaN),
            options => (options.MissingValues, options.Caching) = (MissingValues.Learned, caching));
        AssertSame(model, [float.NaN, 0, 5]);
    }

    [Theory, InlineData("Default", 9), InlineData("Default", 0), InlineData("Plain", 0), InlineData("Plain", 9)]
    public void A_key_column_of_one_value_does_not_move_predictions(string preset, int oneHot)
    {
        foreach (var normalizes in (bool[])[true, false])
        {
            var model = Fit(
                preset, nameof(Line.Label), Lines(60, 1, 7, key: 3),
                options =>
                    (
                        options.CategoricalFeatureColumnNames, options.MaximumOneHotValues,
                        options.NormalizeFeatures) = ([nameof(Line.Key)], oneHot, normalizes));
            var expected = Scores(model, Lines(20, 2, 7, key: 3));
            foreach (var key in (uint[])[0, 1, 2, 5]) Assert.Equal(expected, Scores(model, Lines(20, 2, 7, key)));
        }
        Assert.Contains(
            _warnings,
            warning =>
                warning.Contains("2 of 5 features", StringComparison.Ordinal)
                    && warning.Contains("slot 3, 'Key'", StringComparison.Ordinal));
    }

    [Fact]
    public void Constant_columns_are_named_as_their_slots_are()
    {
        var lines = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 30).Select(i => new Columns { Age = i, City = 4, Height = float.NaN, Label = i % 5 }));
        var data = _ml.Transforms.Concatenate("Features", nameof(Columns.Age), nameof(Columns.City), nameof(Columns.Height)).Fit(lines)
            .Transform(lines);
        Fit("Default", nameof(Columns.Label), data);
        Assert.Contains(
            _warnings,
            warning =>
                warning.Contains(
                    "2 of 3 features are constant or empty in the training data and are ignored: 'City', 'Height'.",
                    StringComparison.Ordinal));
    }

    [Fact]
    public void Many_constant_columns_are_counted_and_some_are_named()
    {
        var schema = SchemaDefinition.Create(typeof(Line));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 50);
        Fit(
            "Plain", nameof(Line.Label),
            _ml.Data.LoadFromEnumerable(
                Enumerable.Range(0, 30).Select(i => new Line { Features = [i, .. new float[49]], Label = i }).ToArray(), schema));
        Assert.Contains(
            _warnings,
            warning =>
                warning.Contains("49 of 50 features", StringComparison.Ordinal)
                    && warning.Contains("slot 10 and 39 more.", StringComparison.Ordinal));
    }

    [Fact]
    public void Continuing_from_a_model_keeps_its_mask_and_says_so()
    {
        var first = Fit("Default", nameof(Line.Label), Lines(60, 1, 7));
        _warnings.Clear();
        var options = new BackpropTrainer.Options { HiddenLayers = [4], NumberOfIterations = 2, Seed = 1 };
        var second = new BackpropTrainer(_ml, options).Fit(Lines(60, 3, null), null, first.Model);
        AssertSame(second, [7, 0, -1e6f, 8]);
        Assert.Contains(
            _warnings, warning => warning.Contains("in the training data of the model to continue from", StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_that_vary_are_not_warned_of()
    {
        Fit("Default", nameof(Line.Label), Lines(60, 1, null));
        Assert.Empty(_warnings);
    }

    private void AssertSame(BackpropTransformer model, float[] later)
    {
        var expected = Scores(model, Lines(20, 2, later[0]));
        Assert.All(later, value => Assert.Equal(expected, Scores(model, Lines(20, 2, value))));
        var loaded = _ml.SaveAndLoad(model, Lines(20, 2, 0).Schema);
        Assert.All(later, value => Assert.Equal(expected, Scores(loaded, Lines(20, 2, value))));
    }

    private static float[] Scores(ITransformer model, IDataView data)
    {
        var scored = model.Transform(data);
        return scored.Schema["Score"].Type is VectorDataViewType
            ? [.. scored.GetColumn<float[]>("Score").SelectMany(score => score)]
            : [.. scored.GetColumn<float>("Score")];
    }

    private BackpropTransformer Fit(string preset, string label, IDataView data, Action<BackpropTrainer.Options>? change = null)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.All.Single(each => each.Name == preset),
            LabelColumnName = label,
            HiddenLayers = [4],
            NumberOfIterations = 3,
            Seed = 1
        };
        change?.Invoke(options);
        return new BackpropTrainer(_ml, options).Fit(data);
    }

    private IDataView Lines(int rows, int seed, float? last, uint? key = null)
    {
        var random = new Random(seed);
        var lines = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i =>
        {
            float[] x = [.. Enumerable.Range(0, 4).Select(_ => 2 * random.NextSingle() - 1)];
            if (last is { } value) x[3] = value;
            return new Line
            {
                Features = x,
                Label = 3 * x[0] - 2 * x[1] * x[2],
                Flag = x[0] > 0,
                Name = x[1] > 0 ? "a" : "b",
                Key = key ?? (uint)(1 + i % 5)
            };
        }).ToArray());
        return _ml.Transforms.Conversion.MapValueToKey("Kind", nameof(Line.Name)).Fit(lines).Transform(lines);
    }

    private sealed class Line
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        public bool Flag { get; set; }

        public string Name { get; set; } = "";

        [KeyType(5)]
        public uint Key { get; set; }
    }

    private sealed class Columns
    {
        public float Age { get; set; }

        public float City { get; set; }

        public float Height { get; set; }

        public float Label { get; set; }
    }
}
