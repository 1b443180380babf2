using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Of wide sparse features, only the slots that occur in the training rows have weights.</summary>
public class WideSparseTests
{
    private const int Width = 50_000, Used = 1500;

    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(false), InlineData(true)]
    public void Slots_that_never_occur_change_neither_the_network_nor_its_bits(bool hasCategory)
    {
        BackpropTransformer wide = Trainer(hasCategory).Fit(Wide(Rows(200))), narrow = Trainer(hasCategory).Fit(Narrow(Rows(200)));
        Assert.Equal(narrow.Bits(), wide.Bits());
        Assert.Equal(narrow.Model.History, wide.Model.History);
        Assert.Equal(narrow.Model.Network.Network.Inputs, wide.Model.Network.Network.Inputs);
        var expected = narrow.Transform(Narrow(Rows(50, seed: 2))).ScoreBits();
        var test = Wide(Rows(50, seed: 2));
        Assert.Equal(expected, wide.Transform(test).ScoreBits());
        var loaded = _ml.SaveAndLoad(wide, test.Schema);
        Assert.Equal(expected, loaded.Transform(test).ScoreBits());
        using var engine = _ml.Model.CreatePredictionEngine<WideRow, Scored>(loaded);
        Assert.Equal(wide.Transform(test).Scores(), Rows(50, seed: 2).Select(row => engine.Predict(row.ToWide()).Score));
    }

    [Fact]
    public void Values_in_slots_that_never_occurred_do_not_move_scores()
    {
        var model = Trainer(false).Fit(Wide(Rows(200)));
        var rows = Rows(20, seed: 2);
        var expected = model.Transform(Wide(rows)).ScoreBits();
        foreach (var row in rows) row.Others = 3;
        Assert.Equal(expected, model.Transform(Wide(rows)).ScoreBits());
        var dense = rows.Select(row => row.ToWide()).ToArray();
        foreach (var row in dense) row.Features = new VBuffer<float>(Width, [.. row.Features.DenseValues()]);
        Assert.Equal(expected, model.Transform(_ml.Data.LoadFromEnumerable(dense)).ScoreBits());
    }

    [Fact]
    public void Going_on_and_validating_use_the_same_slots()
    {
        var model = Trainer(true).Fit(Wide(Rows(200)), Wide(Rows(50, seed: 2)));
        var narrow = Trainer(true).Fit(Narrow(Rows(200)), Narrow(Rows(50, seed: 2)));
        Assert.Equal(narrow.Model.History, model.Model.History);
        var expected = Trainer(true).Fit(Narrow(Rows(100)), null, narrow.Model);
        Assert.Equal(expected.Bits(), Trainer(true).Fit(Wide(Rows(100)), null, model.Model).Bits());
    }

    [Fact]
    public void Named_slots_may_come_in_another_order()
    {
        string[] words = [.. Enumerable.Range(0, Width).Select(i => $"word{i}")];
        var train = Named([.. Rows(200).Select(row => row.ToWide())], words);
        var same = Named([.. Rows(50, seed: 2).Select(row => row.ToWide())], words);
        var model = Trainer(false).Fit(train);
        var turned = Named([.. Rows(50, seed: 2).Select(row => row.ToWide(turned: true))], [.. words.Reverse()]);
        Assert.Equal(model.Transform(same).ScoreBits(), model.Transform(turned).ScoreBits());
        Assert.Equal(Trainer(false).Fit(same, null, model.Model).Bits(), Trainer(false).Fit(turned, null, model.Model).Bits());
    }

    private BackpropTrainer Trainer(bool hasCategory) => new(_ml, new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        HiddenLayers = [4],
        NumberOfIterations = 2,
        Seed = 1,
        BatchSize = 32,
        CategoricalFeatureColumnNames = hasCategory ? ["Kind"] : [],
    });

    private IDataView Wide(Sparse[] rows) => _ml.Data.LoadFromEnumerable(rows.Select(row => row.ToWide()).ToArray());

    private IDataView Narrow(Sparse[] rows) => _ml.Data.LoadFromEnumerable(rows.Select(row => row.ToNarrow()).ToArray());

    private IDataView Named(WideRow[] rows, string[] names)
    {
        var schema = SchemaDefinition.Create(typeof(WideRow));
        var values = new VBuffer<ReadOnlyMemory<char>>(Width, [.. names.Select(name => name.AsMemory())]);
        schema["Features"].AddAnnotation("SlotNames", values, new VectorDataViewType(TextDataViewType.Instance, Width));
        return _ml.Data.LoadFromEnumerable(rows, schema);
    }

    private static Sparse[] Rows(int count, int seed = 1)
    {
        // The first rows have every slot that is used once, so that both sets of rows know the same.
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Sparse
        {
            Slots = [.. Enumerable.Range(0, 10).Select(j => i < Used / 10 ? 10 * i + j : random.Next(Used)).Distinct().Order()],
            Label = random.Next(2) == 0,
            Kind = (uint)random.Next(3),
        })];
    }

    private sealed class Sparse
    {
        public int[] Slots { get; init; } = [];

        public bool Label { get; init; }

        public uint Kind { get; init; }

        public float Others { get; set; }

        // Used slots are 7, 37, 67, …
        public WideRow ToWide(bool turned = false)
        {
            var numbers = Slots.Select(slot => (Place: 7 + 30 * slot, Value: 1f));
            if (Others > 0) numbers = numbers.Concat([(1, Others), (40_001, Others)]);
            if (turned) numbers = numbers.Select(number => (Width - 1 - number.Place, number.Value));
            (int Place, float Value)[] all = [.. numbers.Order()];
            int[] places = [.. all.Select(number => number.Place)];
            var features = new VBuffer<float>(Width, all.Length, [.. all.Select(number => number.Value)], places);
            return new WideRow { Features = features, Label = Label, Kind = Kind };
        }

        public NarrowRow ToNarrow()
        {
            var features = new VBuffer<float>(Used, Slots.Length, [.. Slots.Select(_ => 1f)], Slots);
            return new NarrowRow { Features = features, Label = Label, Kind = Kind };
        }
    }

    private sealed class WideRow
    {
        [VectorType(Width)]
        public VBuffer<float> Features { get; set; }

        [KeyType(3)]
        public uint Kind { get; set; }

        public bool Label { get; set; }
    }

    private sealed class NarrowRow
    {
        [VectorType(Used)]
        public VBuffer<float> Features { get; set; }

        [KeyType(3)]
        public uint Kind { get; set; }

        public bool Label { get; set; }
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
