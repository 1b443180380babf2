using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Few groups, and few rows of a class, to keep from training.</summary>
public class FewGroupsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public FewGroupsTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.Message);
    };

    [Theory]
    [InlineData(2, DataCaching.Memory)]
    [InlineData(3, DataCaching.Memory)]
    [InlineData(10, DataCaching.Memory)]
    [InlineData(3, DataCaching.Stream)]
    public void Two_groups_or_more_train_with_every_seed(int groups, DataCaching caching)
    {
        for (var seed = 1; seed <= 8; seed++)
            Assert.NotNull(Fit(Rows(groups), o =>
                (o.Seed, o.SamplingKeyColumnName, o.Caching) = (seed, "Group", caching)).Model.History[0].ValidationLoss);
    }

    [Fact]
    public void A_stream_keeps_the_groups_that_memory_keeps()
    {
        // One epoch of steps of no length: the losses of the same rows by the same starting weights.
        var data = Rows(7);
        foreach (var seed in (int[])[1, 2, 3])
        {
            var losses = ((DataCaching[])[DataCaching.Memory, DataCaching.Stream]).Select(caching => Fit(data, o =>
            {
                (o.Seed, o.SamplingKeyColumnName, o.Caching) = (seed, "Group", caching);
                (o.LearningRate, o.NormalizeFeatures, o.NormalizeLabel) = (1e-30, false, false);
            }).Model.History[0].ValidationLoss!.Value).ToArray();
            Assert.Equal(losses[0], losses[1], 1e-9);
        }
    }

    [Theory]
    [InlineData(DataCaching.Memory)]
    [InlineData(DataCaching.Stream)]
    public void A_single_group_is_refused_with_its_column_and_the_number_of_its_values(DataCaching caching)
    {
        var message = Assert.Throws<InvalidOperationException>(() =>
            Fit(Rows(1), o => (o.SamplingKeyColumnName, o.Caching) = ("Group", caching))).Message;
        const string expected = "SamplingKeyColumnName names column 'Group', but it has 1 value in all 100 rows";
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DataCaching.Memory)]
    [InlineData(DataCaching.Stream)]
    public void A_class_without_validation_rows_is_named_with_its_rows(DataCaching caching)
    {
        var rows = Enumerable.Range(0, 101).Select(i =>
            new Row { Features = [i, i % 3], Kind = i == 40 ? "rare" : i % 2 == 0 ? "even" : "odd" }).ToArray();
        var view = _ml.Data.LoadFromEnumerable(rows);
        Fit(_ml.Transforms.Conversion.MapValueToKey("Kind").Fit(view).Transform(view), o =>
            (o.LabelColumnName, o.Caching) = ("Kind", caching));
        Assert.Contains(_warnings, warning => warning.Contains("'rare' (1 row)", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_positive_rows_are_on_both_sides()
    {
        var rows = Enumerable.Range(0, 200).Select(i => new Row { Features = [i, i % 3], Flag = i is 20 or 150 }).ToArray();
        for (var seed = 1; seed <= 5; seed++) Fit(_ml.Data.LoadFromEnumerable(rows), o => (o.LabelColumnName, o.Seed) = ("Flag", seed));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Validation_rows_that_a_stream_has_no_memory_for_become_fewer()
    {
        var model = Fit(Rows(100, count: 5000), o => o.MemoryBudget = 500 * 3 * sizeof(float));
        Assert.NotNull(model.Model.History[0].ValidationLoss);
        var warning = Assert.Single(_warnings);
        Assert.Contains("ValidationFraction = 0.2", warning, StringComparison.Ordinal);
        Assert.Contains("MemoryBudget", warning, StringComparison.Ordinal);
        Assert.Contains("validation data does not fit",
            Assert.Throws<InvalidOperationException>(() => Fit(Rows(2, 5000), o => o.MemoryBudget = 600)).Message,
            StringComparison.Ordinal);
    }

    private BackpropTransformer Fit(IDataView data, Action<BackpropTrainer.Options> change)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [2],
            NumberOfIterations = 1,
            ValidationFraction = 0.2,
            Seed = 1
        };
        change(options);
        return new BackpropTrainer(_ml, options).Fit(data);
    }

    private IDataView Rows(int groups, int count = 100) =>
        _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
            new Row { Features = [i % 17, i % 5], Label = i % 17, Group = $"subject {i % groups}" }).ToArray());

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        public bool Flag { get; set; }

        public string Kind { get; set; } = "";

        public string Group { get; set; } = "";
    }
}
