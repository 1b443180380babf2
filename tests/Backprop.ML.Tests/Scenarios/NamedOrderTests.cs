using Backprop.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>What has names is matched by name: features, keys, classes and targets may come in any order.</summary>
public class NamedOrderTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Shop[] _rows = Shop.Many(200);

    public static TheoryData<string> Labels => ["KindKey", "Both", nameof(Shop.Sales)];

    [Theory, MemberData(nameof(Labels))]
    public void Data_with_features_and_keys_in_another_order_gets_the_same_scores(string label)
    {
        var model = new BackpropTrainer(_ml, Shop.Options(label)).Fit(Shop.View(_ml, _rows));
        var other = Shop.Reordered(_ml, _rows);
        var expected = model.Transform(Shop.View(_ml, _rows)).ScoreBits();
        Assert.Equal(expected, model.Transform(other).ScoreBits());
        var loaded = _ml.SaveAndLoad(model, other.Schema);
        Assert.Equal(expected, loaded.Transform(other).ScoreBits());
    }

    [Fact]
    public void A_prediction_engine_over_another_order_gives_the_same_scores()
    {
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Sales))).Fit(Shop.View(_ml, _rows));
        var expected = model.Transform(Shop.View(_ml, _rows)).Scores();
        var order = _ml.Transforms.Concatenate("Features", nameof(Shop.Rent), nameof(Shop.Area))
            .Append(_ml.Transforms.Conversion.MapValueToKey("CityKey", nameof(Shop.City)))
            .Fit(_ml.Data.LoadFromEnumerable(_rows));
        using var engine = _ml.Model.CreatePredictionEngine<Shop, Scored>(order.Append(model));
        Assert.Equal(expected, _rows.Select(row => engine.Predict(row).Score));
    }

    [Fact]
    public void A_key_whose_name_is_new_scores_as_a_missing_one()
    {
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Sales))).Fit(Shop.View(_ml, _rows));
        Shop lost = new() { City = "Atlantis", Area = 0.5f, Rent = 0.5f }, none = new() { City = "", Area = 0.5f, Rent = 0.5f };
        var scores = model.Transform(Shop.View(_ml, [lost, none], cities: ["Atlantis", .. Shop.Cities])).Scores();
        Assert.Equal(scores[0], scores[1]);
    }

    [Theory, MemberData(nameof(Labels))]
    public void Going_on_with_everything_in_another_order_learns_the_same(string label)
    {
        var options = Shop.Options(label);
        var trainer = new BackpropTrainer(_ml, options);
        var first = trainer.Fit(Shop.View(_ml, _rows));
        IDataView same = Shop.View(_ml, _rows), other = Shop.Reordered(_ml, _rows);
        BackpropTransformer expected = trainer.Fit(same, null, first.Model), found = trainer.Fit(other, null, first.Model);
        Assert.Equal(expected.Bits(), found.Bits());
        Assert.Equal(ByName(expected.Transform(same)), ByName(found.Transform(other)));
        Assert.Equal(ByName(expected.Transform(same)), ByName(_ml.SaveAndLoad(found, other.Schema).Transform(other)));
        Assert.Equal(SlotNames(expected.Transform(same)).Order(), SlotNames(found.Transform(other)).Order());
        if (label == "KindKey") Assert.Equal(Shop.Kinds.Skip(1).Append(Shop.Kinds[0]), SlotNames(found.Transform(other)));

        // A third order, after the second.
        var third = Shop.View(_ml, _rows, cities: [.. Shop.Cities.Skip(2), .. Shop.Cities.Take(2)], kinds: [.. Shop.Kinds.Reverse()]);
        Assert.Equal(trainer.Fit(same, null, expected.Model).Bits(), trainer.Fit(third, null, found.Model).Bits());
    }

    [Fact]
    public void Several_predictions_for_a_target_follow_it()
    {
        var options = Shop.Options("Both");
        options.LossFunction = new PinballLoss { Quantiles = [0.1, 0.9] };
        var trainer = new BackpropTrainer(_ml, options);
        IDataView same = Shop.View(_ml, _rows), other = Shop.Reordered(_ml, _rows);
        var found = trainer.Fit(other, null, trainer.Fit(same).Model).Transform(other);
        Assert.Equal(["Staff Quantile 0.1", "Staff Quantile 0.9", "Sales Quantile 0.1", "Sales Quantile 0.9"], SlotNames(found));
        Assert.Equal(ByName(trainer.Fit(same, null, trainer.Fit(same).Model).Transform(same)), ByName(found));
    }

    [Theory, MemberData(nameof(Labels))]
    public void Validation_data_in_another_order_has_the_same_losses(string label)
    {
        var training = Shop.View(_ml, _rows);
        Shop[] held = Shop.Many(60, seed: 2);
        var expected = new BackpropTrainer(_ml, Shop.Options(label)).Fit(training, Shop.View(_ml, held)).Model.History;
        Assert.Equal(expected, new BackpropTrainer(_ml, Shop.Options(label)).Fit(training, Shop.Reordered(_ml, held)).Model.History);

        var options = Shop.Options(label);
        options.ValidationData = Shop.Reordered(_ml, held);
        Assert.Equal(expected, new BackpropTrainer(_ml, options).Fit(training).Model.History);
        options.Caching = DataCaching.Stream;
        options.ValidationData = Shop.View(_ml, held);
        var streamed = new BackpropTrainer(_ml, options).Fit(training).Model.History;
        options.ValidationData = Shop.Reordered(_ml, held);
        Assert.Equal(streamed, new BackpropTrainer(_ml, options).Fit(training).Model.History);
    }

    [Fact]
    public void Slots_of_other_names_are_refused_and_listed()
    {
        var training = Shop.View(_ml, _rows);
        var trainer = new BackpropTrainer(_ml, Shop.Options("Both"));
        var model = trainer.Fit(training);
        var features = Shop.View(_ml, _rows, features: ["Area", "Staff"]);
        string[] words = ["'Features'", "1 missing ('Rent')", "1 new ('Staff')"];
        Refuses(() => model.Transform(features), words);
        Refuses(() => trainer.Fit(training, features), words);
        Refuses(() => trainer.Fit(features, null, model.Model), words);

        var targets = Shop.View(_ml, _rows, targets: ["sales", "rent"]);
        words = ["'Both'", "1 missing ('Staff')", "1 new ('Rent')"];
        Refuses(() => trainer.Fit(training, targets), words);
        Refuses(() => trainer.Fit(targets, null, model.Model), words);
    }

    [Fact]
    public void Slots_of_one_name_are_refused_unless_they_stand_where_they_stood()
    {
        var twice = Shop.View(_ml, _rows, features: ["Area", "Rent", "Area"]);
        var trainer = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Sales)));
        var model = trainer.Fit(twice);
        Assert.Equal(_rows.Length, model.Transform(twice).Scores().Length);
        Refuses(() => model.Transform(Shop.View(_ml, _rows, features: ["Area", "Area", "Rent"])), "twice", "'Area'");
    }

    [Fact]
    public void Classes_that_the_model_or_the_data_does_not_have_are_refused_by_name()
    {
        var trainer = new BackpropTrainer(_ml, Shop.Options("KindKey"));
        var model = trainer.Fit(Shop.View(_ml, _rows)).Model;
        var lacking = Shop.View(_ml, [.. _rows.Where(row => row.Kind != "shoes")], kinds: ["tools", "books"]);
        Refuses(() => trainer.Fit(lacking, null, model), "'KindKey'", "1 of the 3 classes", "'shoes'");

        Shop[] more = [.. _rows, new() { Kind = "maps", City = "Rome" }];
        var added = Shop.View(_ml, more, kinds: ["maps", .. Shop.Kinds]);
        foreach (var action in new Action[] { () => trainer.Fit(added, null, model), () => trainer.Fit(Shop.View(_ml, _rows), added) })
            Mentions(Assert.ThrowsAny<Exception>(action), "'KindKey'", "class 'maps'", "'books', 'shoes', 'tools'", "Row 200");
    }

    [Fact]
    public void Columns_of_categories_are_matched_by_their_names()
    {
        var data = Shop.View(_ml, _rows);
        var options = Shop.Options(nameof(Shop.Sales));
        options.CategoricalFeatureColumnNames = ["CityKey", "KindKey"];
        var first = new BackpropTrainer(_ml, options).Fit(data);
        var expected = new BackpropTrainer(_ml, options).Fit(data, null, first.Model);
        options.CategoricalFeatureColumnNames = ["KindKey", "CityKey"];
        var found = new BackpropTrainer(_ml, options).Fit(data, null, first.Model);
        Assert.Equal(expected.Bits(), found.Bits());
        Assert.Equal(expected.Transform(data).ScoreBits(), _ml.SaveAndLoad(found, data.Schema).Transform(data).ScoreBits());
        options.CategoricalFeatureColumnNames = ["KindKey"];
        Refuses(() => new BackpropTrainer(_ml, options).Fit(data, null, first.Model), "1 missing ('CityKey')");
    }

    [Fact]
    public void Class_weights_follow_the_names_of_the_classes()
    {
        var options = Shop.Options("KindKey");
        options.ClassWeights = ClassWeights.ByName(("tools", 5), ("books", 0.2));
        var trainer = new BackpropTrainer(_ml, options);
        var first = trainer.Fit(Shop.View(_ml, _rows));
        var expected = trainer.Fit(Shop.View(_ml, _rows), null, first.Model);
        Assert.Equal(expected.Bits(), trainer.Fit(Shop.Reordered(_ml, _rows), null, first.Model).Bits());
    }

    [Fact]
    public void Predictions_are_evaluated_against_the_targets_of_the_same_names()
    {
        var data = Shop.View(_ml, _rows);
        foreach (var loss in new Loss[] { new SquaredError(), new PinballLoss { Quantiles = [0.5, 0.9] } })
        {
            var options = Shop.Options("Both");
            options.LossFunction = loss;
            var scored = new BackpropTrainer(_ml, options).Fit(data).Transform(data);
            var expected = _ml.Regression.EvaluateMultiTarget(scored, "Both");
            var turned = _ml.Transforms.Concatenate("Turned", nameof(Shop.Staff), nameof(Shop.Sales)).Fit(scored).Transform(scored);
            var found = _ml.Regression.EvaluateMultiTarget(turned, "Turned");
            Assert.Equal(expected.Targets.Reverse(), found.Targets);
            var other = _ml.Transforms.Concatenate("Other", nameof(Shop.Staff), nameof(Shop.Rent)).Fit(scored).Transform(scored);
            Refuses(() => _ml.Regression.EvaluateMultiTarget(other, "Other"), "'Score'", "'Other'", "'Rent'");
        }
    }

    [Fact]
    public void Without_names_on_both_sides_positions_decide()
    {
        var named = Shop.View(_ml, _rows);
        var nameless = _ml.Data.LoadFromEnumerable(_rows.Select(row => new Nameless(row)).ToArray());
        var trainer = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Sales)));
        BackpropTransformer first = trainer.Fit(named), second = trainer.Fit(nameless);
        Assert.Equal(first.Bits(), second.Bits());
        Assert.Equal(first.Transform(named).ScoreBits(), first.Transform(nameless).ScoreBits());
        Assert.Equal(first.Transform(named).ScoreBits(), second.Transform(named).ScoreBits());
        Assert.Equal(trainer.Fit(named, null, first.Model).Bits(), trainer.Fit(nameless, null, first.Model).Bits());
    }

    private static void Refuses(Action action, params string[] words) =>
        Mentions(Assert.Throws<ArgumentOutOfRangeException>(action), words);

    private static void Mentions(Exception problem, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, problem.Message, StringComparison.Ordinal));

    private static string[] SlotNames(IDataView scored) => [.. Data.SlotNames.Of(scored.Schema["Score"])];

    // The bits of every score beside its name, so that orders do not matter.
    private static IEnumerable<string> ByName(IDataView scored)
    {
        var names = SlotNames(scored);
        var scores = scored.ScoreBits();
        if (names.Length == 0) return scores.Select((score, i) => $"{i} {score}");
        return scores.Select((score, i) => $"{i / names.Length} {names[i % names.Length]} {score}").Order();
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }

    private sealed class Nameless(Shop shop)
    {
        [VectorType(2)]
        public float[] Features { get; } = [shop.Area, shop.Rent];

        [KeyType(4)]
        public uint CityKey { get; } = (uint)Array.IndexOf(Shop.Cities, shop.City);

        public float Sales { get; } = shop.Sales;
    }
}
