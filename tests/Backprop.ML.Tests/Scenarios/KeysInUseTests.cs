using Backprop.Layers;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Time, memory and model follow the keys, classes and slots that occur, not those that could.</summary>
public class KeysInUseTests
{
    private const int Wide = KeyedRow.Wide, Ids = KeyedRow.Ids;

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Ways => ["one-hot", "embedded", "streamed", "held out"];

    [Theory, MemberData(nameof(Ways))]
    public void A_wide_key_of_few_values_trains_to_the_bits_of_a_key_of_these_values(string way)
    {
        var rows = KeyedRow.Many(300);
        var narrow = Trainer(nameof(KeyedRow.Value), nameof(KeyedRow.Id), way).Fit(View(rows));
        var wide = Trainer(nameof(KeyedRow.Value), nameof(KeyedRow.WideId), way).Fit(View(rows));
        Assert.Equal(narrow.Bits(), wide.Bits());
        Assert.Equal(narrow.Transform(View(rows)).ScoreBits(), wide.Transform(View(rows)).ScoreBits());
        Assert.InRange(Size(wide), 0, Size(narrow) + 500);
        Assert.Equal(narrow.Transform(View(rows)).ScoreBits(), _ml.SaveAndLoad(wide, View(rows).Schema).Transform(View(rows)).ScoreBits());
    }

    [Theory, MemberData(nameof(Ways))]
    public void A_wide_label_of_few_classes_trains_to_the_bits_of_a_label_of_these_classes(string way)
    {
        var rows = KeyedRow.Many(300);
        var narrow = Trainer(nameof(KeyedRow.Class), nameof(KeyedRow.Id), way).Fit(View(rows));
        var wide = Trainer(nameof(KeyedRow.WideClass), nameof(KeyedRow.Id), way).Fit(View(rows));
        Assert.Equal(narrow.Bits(), wide.Bits());
        Assert.Equal(narrow.Model.History, wide.Model.History);
        Assert.InRange(Size(wide), 0, Size(narrow) + 500);

        foreach (var scored in new[] { wide.Transform(View(rows)), _ml.SaveAndLoad(wide, View(rows).Schema).Transform(View(rows)) })
        {
            Assert.Equal(Wide, ((VectorDataViewType)scored.Schema["Score"].Type).Size);
            Assert.Equal(scored.Schema[nameof(KeyedRow.WideClass)].Type, scored.Schema["PredictedLabel"].Type);
            var expected = narrow.Transform(View(rows));
            var scores = scored.GetColumn<VBuffer<float>>("Score").SelectMany(score => score.Items().Select(item => item.Value));
            Assert.Equal(expected.Scores(), scores);
            var keys = expected.GetColumn<uint>("PredictedLabel").Select(key => KeyedRow.WideOf(key - 1) + 1);
            Assert.Equal(keys, scored.GetColumn<uint>("PredictedLabel"));
        }
        using var engine = _ml.Model.CreatePredictionEngine<KeyedRow, Predicted>(wide);
        var predicted = wide.Transform(View(rows)).GetColumn<uint>("PredictedLabel").Take(20);
        Assert.Equal(predicted, rows.Take(20).Select(row => engine.Predict(row).PredictedLabel));
    }

    [Fact]
    public void Weights_and_metrics_of_classes_are_those_of_the_classes_that_occur()
    {
        var rows = KeyedRow.Many(300);
        foreach (var caching in new[] { DataCaching.Memory, DataCaching.Stream })
        {
            Compare(caching, ClassWeights.Balanced, ClassWeights.Balanced);
            Compare(caching, ClassWeights.ByName(("2", 3)), ClassWeights.ByName(($"{KeyedRow.WideOf(1) + 1}", 3)));
        }

        void Compare(DataCaching caching, ClassWeights ofNarrow, ClassWeights ofWide)
        {
            var narrow = Fit(nameof(KeyedRow.Class), caching, ofNarrow);
            var wide = Fit(nameof(KeyedRow.WideClass), caching, ofWide);
            Assert.Equal(narrow.Bits(), wide.Bits());
            Assert.Equal(narrow.Model.History, wide.Model.History);
        }

        BackpropTransformer Fit(string label, DataCaching caching, ClassWeights weights)
        {
            var options = Options(label, nameof(KeyedRow.Id), "held out");
            (options.Caching, options.ClassWeights) = (caching, weights);
            options.EarlyStopping = new EarlyStopping { Metric = new MacroAccuracy() };
            return new BackpropTrainer(_ml, options).Fit(View(rows));
        }
    }

    [Fact]
    public void One_class_of_many_is_learned_as_one_of_two()
    {
        var rows = KeyedRow.Many(50);
        foreach (var row in rows) (row.WideClass, row.Class) = (4, 0);
        var options = Options(nameof(KeyedRow.WideClass), nameof(KeyedRow.Id), "embedded");
        (options.NumberOfIterations, options.LearningRate) = (50, 0.05);
        var wide = new BackpropTrainer(_ml, options).Fit(View(rows));
        Assert.Equal(2, wide.Model.Network.Network.Outputs);
        Assert.All(wide.Transform(View(rows)).GetColumn<uint>("PredictedLabel"), key => Assert.Equal(5u, key));
    }

    [Fact]
    public void A_row_of_missing_features_gets_no_class()
    {
        var rows = KeyedRow.Many(50);
        var model = Trainer(nameof(KeyedRow.WideClass), nameof(KeyedRow.Id), "embedded").Fit(View(rows));
        rows[0].Features[0] = float.NaN;
        Assert.Equal(0u, model.Transform(View(rows)).GetColumn<uint>("PredictedLabel").First());
    }

    [Theory, InlineData(nameof(KeyedRow.HugeId)), InlineData(nameof(KeyedRow.LongId))]
    public void A_key_may_have_as_many_values_as_its_type_holds(string column)
    {
        var rows = KeyedRow.Many(300);
        foreach (var way in Ways)
        {
            var narrow = Trainer(nameof(KeyedRow.Value), nameof(KeyedRow.Id), way).Fit(View(rows));
            var huge = Trainer(nameof(KeyedRow.Value), column, way).Fit(View(rows));
            Assert.Equal(narrow.Bits(), huge.Bits());
            var loaded = _ml.SaveAndLoad(huge, View(rows).Schema);
            Assert.Equal(narrow.Transform(View(rows)).ScoreBits(), loaded.Transform(View(rows)).ScoreBits());
        }
    }

    [Fact]
    public void A_hashed_category_makes_a_small_model()
    {
        var rows = KeyedRow.Many(300);
        var data = _ml.Transforms.Conversion.Hash("Hash", nameof(KeyedRow.Text), numberOfBits: 20).Fit(View(rows)).Transform(View(rows));
        var options = Options(nameof(KeyedRow.Value), "Hash", "embedded");
        (options.Preset, options.EmbeddingDimension) = (Preset.Fast, 8);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.InRange(Size(model), 0, 500_000);
        Assert.Equal(Ids, model.Model.Columns!.Categories[0].Keys.Length);
    }

    [Theory, InlineData(DataCaching.Memory), InlineData(DataCaching.Stream)]
    public void Keys_that_only_validation_rows_have_are_unknown(DataCaching caching)
    {
        var rows = KeyedRow.Many(200);
        foreach (var row in rows.Skip(160)) row.WideId = KeyedRow.WideOf(Ids + 1);
        var options = Options(nameof(KeyedRow.Value), nameof(KeyedRow.WideId), "embedded");
        (options.ValidationFraction, options.ValidationRows, options.Caching) = (0.2, ValidationRows.Last, caching);
        var model = new BackpropTrainer(_ml, options).Fit(View(rows));
        Assert.Equal(Ids, Assert.IsType<EntityEmbedding>(model.Model.Network.Network.Layers[0]).Categories[0].Count);

        foreach (var row in rows.Skip(160)) row.WideId = 999_999;
        var given = Options(nameof(KeyedRow.Value), nameof(KeyedRow.WideId), "embedded");
        given.Caching = caching;
        var apart = new BackpropTrainer(_ml, given).Fit(View(rows[..160]), View(rows[160..]));
        Assert.Equal(model.Bits(), apart.Bits());
        Assert.Equal(model.Model.History, apart.Model.History);
    }

    [Fact]
    public void A_class_that_only_validation_rows_have_has_an_output()
    {
        var rows = KeyedRow.Many(200);
        foreach (var row in rows.Skip(160)) row.WideClass = 77;
        var options = Options(nameof(KeyedRow.WideClass), nameof(KeyedRow.Id), "embedded");
        (options.ValidationFraction, options.ValidationRows) = (0.2, ValidationRows.Last);
        var model = new BackpropTrainer(_ml, options).Fit(View(rows)).Model;
        Assert.Equal(4, model.Network.Network.Outputs);
        Assert.All(model.History, epoch => Assert.True(double.IsFinite(epoch.ValidationLoss!.Value)));
    }

    [Fact]
    public void A_column_without_any_key_trains_and_every_key_is_unknown()
    {
        var rows = KeyedRow.Many(60);
        uint[] ids = [.. rows.Select(row => row.WideId)];
        foreach (var row in rows) row.WideId = uint.MaxValue;
        var model = Trainer(nameof(KeyedRow.Value), nameof(KeyedRow.WideId), "embedded").Fit(View(rows));
        var expected = model.Transform(View(rows)).ScoreBits();
        for (var i = 0; i < ids.Length; i++) rows[i].WideId = ids[i];
        Assert.Equal(expected, _ml.SaveAndLoad(model, View(rows).Schema).Transform(View(rows)).ScoreBits());
    }

    [Theory, InlineData(0), InlineData(2)]
    public void Classes_in_use_have_the_metrics_that_MLNET_finds(int topK)
    {
        var rows = KeyedRow.Many(200);
        var scored = Trainer(nameof(KeyedRow.Class), nameof(KeyedRow.Id), "embedded").Fit(View(rows)).Transform(View(rows));
        var expected = _ml.MulticlassClassification.Evaluate(scored, nameof(KeyedRow.Class), topKPredictionCount: topK);
        var wide = Trainer(nameof(KeyedRow.WideClass), nameof(KeyedRow.Id), "embedded").Fit(View(rows)).Transform(View(rows));
        var same = _ml.MulticlassClassification.EvaluateClassesInUse(scored, nameof(KeyedRow.Class), topKPredictionCount: topK);
        var found = _ml.MulticlassClassification.EvaluateClassesInUse(wide, nameof(KeyedRow.WideClass), topKPredictionCount: topK);
        foreach (var metrics in new[] { same, found })
        {
            Assert.Equal(
                (expected.MicroAccuracy, expected.MacroAccuracy, expected.LogLoss, expected.LogLossReduction),
                (metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.LogLoss, metrics.LogLossReduction));
            Assert.Equal(expected.PerClassLogLoss, metrics.PerClassLogLoss);
            Assert.Equal(expected.ConfusionMatrix.Counts, metrics.ConfusionMatrix.Counts);
            Assert.Equal(expected.TopKAccuracyForAllK ?? [], metrics.TopKAccuracyForAllK ?? []);
        }
    }

    private BackpropTrainer Trainer(string label, string category, string way) => new(_ml, Options(label, category, way));

    private static BackpropTrainer.Options Options(string label, string category, string way) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        CategoricalFeatureColumnNames = [category],
        MaximumOneHotValues = way == "one-hot" ? 100 : 0,
        Caching = way == "streamed" ? DataCaching.Stream : DataCaching.Auto,
        ValidationFraction = way == "held out" ? 0.2 : 0,
        HiddenLayers = [8],
        NumberOfIterations = 3,
        BatchSize = 32,
        Seed = 1,
    };

    private IDataView View(IEnumerable<KeyedRow> rows) => _ml.Data.LoadFromEnumerable(rows);

    private long Size(BackpropTransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, null, stream);
        return stream.Length;
    }

    private sealed class Predicted
    {
        [KeyType(Wide)]
        public uint PredictedLabel { get; set; }
    }
}
