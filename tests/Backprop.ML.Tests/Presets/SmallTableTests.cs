using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Presets;

/// <summary>Two to eight rows train with every preset, and the log says what was reduced; one row is an error that says what to
/// do.</summary>
public class SmallTableTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public SmallTableTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.Message);
    };

    private static readonly string[] _labels =
    [
        nameof(Line.Value), nameof(Line.Same), nameof(Line.Flag), nameof(Line.OneClass), nameof(Line.Kind), nameof(Line.Rare),
        nameof(Line.Values), nameof(Line.Flags),
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var preset in Preset.All)
                foreach (var label in _labels) all.Add(preset.Name, label);
            return all;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Two_to_nine_rows_train_with_every_preset(string preset, string label)
    {
        for (var rows = 2; rows <= 9; rows++)
        {
            _warnings.Clear();
            var model = Fit(preset, label, rows);
            Assert.All(Scores(model.Transform(Data(rows))), score => Assert.True(float.IsFinite(score)));
            var holdsOut = preset is "Default" or "Fast" or "Best";
            var told = _warnings.Count(warning => warning.Contains($"The training data has {rows} rows", StringComparison.Ordinal));
            Assert.Equal(rows < 8 && holdsOut ? 1 : 0, told);
            Assert.Equal(rows >= 8 && holdsOut, model.Model.History[^1].ValidationLoss is not null);
        }
    }

    [Theory, InlineData("Default"), InlineData("Fast"), InlineData("Best")]
    public void Two_to_nine_rows_of_a_wide_table_train(string preset)
    {
        for (var rows = 2; rows <= 9; rows++)
        {
            var schema = SchemaDefinition.Create(typeof(Line));
            schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1000);
            var wide = Lines(rows).Select(line => line with { Features = [.. line.Features, .. new float[998]] });
            var data = _ml.Data.LoadFromEnumerable(wide, schema);
            Assert.NotNull(Trainer(preset, nameof(Line.Value)).Fit(data));
        }
    }

    [Theory, InlineData("Default"), InlineData("Fast"), InlineData("Best")]
    public void One_row_is_an_error_that_names_the_preset_and_the_way_out(string preset)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(preset, nameof(Line.Value), 1));
        var expected = $"The training data has 1 row, but Preset.{preset} needs at least 2. Add rows, or use Preset.Plain.";
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("Plain"), InlineData("Classic"), InlineData("ScikitLearn")]
    public void Presets_that_hold_nothing_out_train_on_one_row(string preset) => Assert.NotNull(Fit(preset, nameof(Line.Value), 1));

    [Theory, InlineData("Default"), InlineData("Fast")]
    public void What_was_set_by_hand_is_not_reduced(string preset)
    {
        var options = Options(preset, nameof(Line.Value));
        (options.KFoldBagging, options.EnsembleSize) = (true, 9);
        var problem = Assert.Throws<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(Data(6)));
        const string expected = "KFoldBagging holds out different examples for each of 9 members, but there are 6.";
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        options.EnsembleSize = 3;
        Assert.NotNull(new BackpropTrainer(_ml, options).Fit(Data(6)).Model.History[^1].ValidationLoss);
    }

    [Theory, InlineData("Default"), InlineData("Fast")]
    public void Few_rows_of_groups_train(string preset)
    {
        for (var rows = 2; rows < 8; rows++)
        {
            var options = Options(preset, nameof(Line.Value));
            options.SamplingKeyColumnName = nameof(Line.Rare);
            Assert.NotNull(new BackpropTrainer(_ml, options).Fit(Data(rows)));
        }
    }

    [Theory, InlineData("Default"), InlineData("Fast")]
    public void Validation_data_that_is_given_is_used_however_few_the_rows(string preset)
    {
        var model = Trainer(preset, nameof(Line.Value)).Fit(Data(3), Data(4));
        Assert.NotNull(model.Model.History[^1].ValidationLoss);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Rows_that_are_skipped_do_not_count()
    {
        var lines = Lines(9).Select((line, i) => i < 4 ? line with { Value = float.NaN } : line).ToArray();
        Assert.NotNull(Trainer("Default", nameof(Line.Value)).Fit(_ml.Data.LoadFromEnumerable(lines)));
        Assert.Contains(_warnings, warning => warning.Contains("The training data has 5 rows", StringComparison.Ordinal));
    }

    private static IEnumerable<float> Scores(IDataView scored) =>
        scored.Schema["Score"].Type is VectorDataViewType
            ? scored.GetColumn<float[]>("Score").SelectMany(score => score)
            : scored.GetColumn<float>("Score");

    private BackpropTransformer Fit(string preset, string label, int rows) => Trainer(preset, label).Fit(Data(rows));

    private BackpropTrainer Trainer(string preset, string label) => new(_ml, Options(preset, label));

    private static BackpropTrainer.Options Options(string preset, string label) => new()
    {
        Preset = Preset.All.Single(each => each.Name == preset),
        LabelColumnName = label,
        HiddenLayers = [4],
        NumberOfIterations = 2,
        Seed = 1,
    };

    private IDataView Data(int rows) => _ml.Data.LoadFromEnumerable(Lines(rows));

    private static Line[] Lines(int rows) => [.. Enumerable.Range(0, rows).Select(i => new Line
    {
        Features = [i, i * i % 5],
        Value = 2 * i,
        Same = 4,
        Flag = i % 2 == 0,
        OneClass = true,
        Kind = (uint)(i % 3),
        Rare = i == 1 ? 1u : 0u,
        Values = [i, 3],
        Flags = [i % 2 == 0, false],
    })];

    private sealed record Line
    {
        [VectorType(2)]
        public float[] Features { get; init; } = [];

        public float Value { get; init; }

        public float Same { get; init; }

        public bool Flag { get; init; }

        public bool OneClass { get; init; }

        [KeyType(3)]
        public uint Kind { get; init; }

        [KeyType(3)]
        public uint Rare { get; init; }

        [VectorType(2)]
        public float[] Values { get; init; } = [];

        [VectorType(2)]
        public bool[] Flags { get; init; } = [];
    }
}
