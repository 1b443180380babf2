using Backprop.ML.Tests.Conformance;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The columns Interval, PredictionSet and Uncertainty for every task.</summary>
public class IntervalTests
{
    private const string Flag = nameof(SampleRow.Flag), Key = nameof(SampleRow.Key), Value = nameof(SampleRow.Value);
    private const string Values = nameof(SampleRow.Values), Flags = nameof(SampleRow.Flags);

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, string[], string> Columns => new()
    {
        { Value, ["Lower", "Upper"], "Interval" },
        { Values, ["1 Lower", "1 Upper", "2 Lower", "2 Upper"], "Interval" },
        { Flag, ["False", "True"], "PredictionSet" },
        { Flags, ["1 False", "1 True", "2 False", "2 True", "3 False", "3 True"], "PredictionSet" },
        { Key, [], "PredictionSet" },
    };

    [Theory, MemberData(nameof(Columns))]
    public void Every_task_passes_the_workout(string label, string[] names, string column)
    {
        foreach (var isBagged in (bool[])[true, false])
        {
            var options = Options(label, isBagged);
            var trainer = new BackpropTrainer(_ml, options);
            EstimatorWorkout.Run(
                _ml, trainer, Samples.Table(_ml), [label, options.FeatureColumnName!], neededToTransform: [options.FeatureColumnName!]);
            var scored = trainer.Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
            Assert.Equal(names, Data.SlotNames.Of(scored.Schema[column]));
            Assert.Equal(scored.Schema["Score"].Type, scored.Schema["Uncertainty"].Type);
        }
    }

    [Fact]
    public void A_single_row_has_what_a_batch_has()
    {
        var options = Options(Value, isBagged: true);
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
        var engine = _ml.Model.CreatePredictionEngine<SampleRow, Sure>(model);
        var batch = _ml.Data.CreateEnumerable<Sure>(model.Transform(Samples.Table(_ml)), reuseRowObject: false).ToArray();
        foreach (var (row, expected) in Samples.Rows().Zip(batch))
        {
            var single = engine.Predict(row);
            Assert.Equal((expected.Interval[0], expected.Interval[1]), (single.Interval[0], single.Interval[1]));
            Assert.Equal(expected.Uncertainty, single.Uncertainty);
            Assert.True(single.Interval[0] < single.Score && single.Score < single.Interval[1] && single.Uncertainty > 0);
        }
    }

    // Rows that are held out by the whole network lead to intervals around the prediction.
    [Fact]
    public void Intervals_of_several_targets_are_in_the_order_of_the_label()
    {
        var scored = new BackpropTrainer(_ml, Options(Values, isBagged: false)).Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
        foreach (var (ends, score) in scored.GetColumn<float[]>("Interval").Zip(scored.GetColumn<float[]>("Score")))
            for (var target = 0; target < 2; target++)
                Assert.Equal(score[target], (ends[2 * target] + ends[2 * target + 1]) / 2, 1e-3f);
    }

    [Fact]
    public void Sets_have_a_slot_for_every_key_value_and_none_of_classes_that_did_not_occur()
    {
        var rows = Samples.Rows().Where(row => row.Key != 1).ToArray();
        var named = _ml.Transforms.Conversion.MapValueToKey("Named", nameof(SampleRow.Number), keyData: Numbers(10, 20, 30));
        var data = named.Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));
        var scored = new BackpropTrainer(_ml, Options("Named", isBagged: true)).Fit(data).Transform(data);
        Assert.Equal(["10", "20", "30"], Data.SlotNames.Of(scored.Schema["PredictionSet"]));
        var sets = scored.GetColumn<bool[]>("PredictionSet").ToArray();
        Assert.All(sets, set => Assert.False(set[1]));
        Assert.All(scored.GetColumn<VBuffer<bool>>("PredictionSet"), set => Assert.InRange(set.GetValues().Length, 0, 2));
        Assert.Contains(sets, set => set[0] || set[2]);
    }

    [Fact]
    public void Missing_features_lead_to_no_interval_and_an_empty_set()
    {
        var holes = Samples.Rows();
        holes[3].Dense[1] = float.NaN;
        var data = _ml.Data.LoadFromEnumerable(holes);
        var interval = new BackpropTrainer(_ml, Options(Value, isBagged: true)).Fit(Samples.Table(_ml)).Transform(data)
            .GetColumn<float[]>("Interval").ElementAt(3);
        Assert.All(interval, end => Assert.True(float.IsNaN(end)));
        var set = new BackpropTrainer(_ml, Options(Flag, isBagged: true)).Fit(Samples.Table(_ml)).Transform(data)
            .GetColumn<bool[]>("PredictionSet").ElementAt(3);
        Assert.Equal([false, false], set);
    }

    [Fact]
    public void Evaluation_counts_the_rows_that_are_covered()
    {
        var intervals = Scored(Value);
        var ends = intervals.GetColumn<float[]>("Interval").ToArray();
        var labels = intervals.GetColumn<float>(Value).ToArray();
        var metrics = _ml.Regression.EvaluateIntervals(intervals, Value);
        Assert.Equal(ends.Zip(labels).Count(pair => pair.First[0] <= pair.Second && pair.Second <= pair.First[1]) / 40.0, metrics.Coverage);
        Assert.Equal(2, _ml.Regression.EvaluateIntervals(Scored(Values), Values).Targets.Count);

        var sets = Scored(Flag);
        var members = sets.GetColumn<bool[]>("PredictionSet").Zip(sets.GetColumn<bool>(Flag));
        Assert.Equal(
            members.Count(pair => pair.First[pair.Second ? 1 : 0]) / 40.0,
            _ml.BinaryClassification.EvaluatePredictionSets(sets, Flag).Coverage);
        var classes = Scored(Key);
        var ofClasses = classes.GetColumn<bool[]>("PredictionSet").Zip(classes.GetColumn<uint>(Key));
        Assert.Equal(
            ofClasses.Count(pair => pair.First[pair.Second - 1]) / 40.0,
            _ml.MulticlassClassification.EvaluatePredictionSets(classes, Key).Coverage);
        Assert.Equal(120, _ml.MulticlassClassification.EvaluatePredictionSets(Scored(Flags), Flags).Rows);
    }

    [Fact]
    public void Evaluation_finds_classes_by_name()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Named", nameof(SampleRow.Number), keyData: Numbers(10, 20, 30));
        var table = map.Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
        var scored = new BackpropTrainer(_ml, Options("Named", isBagged: false)).Fit(table).Transform(table);
        var expected = _ml.MulticlassClassification.EvaluatePredictionSets(scored, "Named");
        foreach (var names in (int[][])[[30, 10, 20], [40, 30, 20, 10]])
        {
            var other = _ml.Transforms.Conversion.MapValueToKey("Other", nameof(SampleRow.Number), keyData: Numbers(names))
                .Fit(scored).Transform(scored);
            var found = _ml.MulticlassClassification.EvaluatePredictionSets(other, "Other");
            Assert.Equal((expected.Coverage, expected.MeanSize), (found.Coverage, found.MeanSize));
        }
        var fewer = _ml.Transforms.Conversion.MapValueToKey("Other", nameof(SampleRow.Number), keyData: Numbers(20)).Fit(scored);
        Assert.InRange(_ml.MulticlassClassification.EvaluatePredictionSets(fewer.Transform(scored), "Other").Rows, 1, 39);
    }

    [Fact]
    public void Evaluation_finds_targets_by_name()
    {
        var rows = Shop.Many(120);
        var data = Shop.View(_ml, rows);
        var options = Shop.Options("Both");
        (options.EnsembleSize, options.KFoldBagging, options.PredictionIntervals) = (3, true, new Conformal { Coverage = 0.8 });
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var expected = _ml.Regression.EvaluateIntervals(model.Transform(data), "Both");
        var turned = Shop.View(_ml, rows, targets: [.. Shop.Targets.Reverse()]);
        var found = _ml.Regression.EvaluateIntervals(model.Transform(turned), "Both");
        Assert.Equal(expected.Targets.OrderBy(target => target.Name), found.Targets.OrderBy(target => target.Name));
        Assert.Equal(["Staff", "Sales"], found.Targets.Select(target => target.Name));

        var strange = _ml.Transforms.Concatenate("Other", nameof(Shop.Area), nameof(Shop.Staff)).Fit(data).Transform(model.Transform(data));
        Assert.Contains("Area", Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.EvaluateIntervals(strange, "Other")).Message);
    }

    // The targets of the training had no names, so positions count.
    [Fact]
    public void Evaluation_finds_targets_without_names_by_position()
    {
        var model = new BackpropTrainer(_ml, Options(Values, isBagged: true)).Fit(Samples.Table(_ml));
        var rows = Samples.Rows();
        foreach (var row in rows) (row.A, row.B) = (row.Values[0], row.Values[1]);
        var data = _ml.Data.LoadFromEnumerable(rows);
        var named = _ml.Transforms.Concatenate("Named", "A", "B").Fit(data).Transform(data);
        var expected = _ml.Regression.EvaluateIntervals(model.Transform(data), Values);
        var found = _ml.Regression.EvaluateIntervals(model.Transform(named), "Named");
        Assert.Equal(expected.Targets.Select(target => target.Coverage), found.Targets.Select(target => target.Coverage));
        Assert.Equal(["A", "B"], found.Targets.Select(target => target.Name));
    }

    // Horizons of a forecast: their names begin with numbers, or are numbers.
    [Theory, InlineData("1 h", "2 h"), InlineData("1", "2")]
    public void Evaluation_finds_targets_by_names_that_begin_with_numbers(string first, string second)
    {
        var rows = Samples.Rows();
        foreach (var row in rows) (row.A, row.B) = (row.Values[0], row.Values[1]);
        var data = _ml.Data.LoadFromEnumerable(rows);
        data = _ml.Transforms.CopyColumns(first, "A").Append(_ml.Transforms.CopyColumns(second, "B"))
            .Append(_ml.Transforms.Concatenate("Both", first, second)).Append(_ml.Transforms.Concatenate("Turned", second, first))
            .Append(_ml.Transforms.Concatenate("Strange", "A", "B")).Fit(data).Transform(data);
        var scored = new BackpropTrainer(_ml, Options("Both", isBagged: true)).Fit(data).Transform(data);
        var expected = _ml.Regression.EvaluateIntervals(scored, "Both");
        Assert.Equal(expected.Targets.Reverse(), _ml.Regression.EvaluateIntervals(scored, "Turned").Targets);
        if (first == "1") return; // numbers are those of targets without names
        var problem = Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.EvaluateIntervals(scored, "Strange"));
        Assert.Contains("have other names", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_measures_each_target_on_the_rows_that_have_it()
    {
        var rows = Samples.Rows();
        var scored = new BackpropTrainer(_ml, Options(Values, isBagged: true)).Fit(Samples.Table(_ml));
        var all = _ml.Regression.EvaluateIntervals(scored.Transform(Samples.Table(_ml)), Values);
        foreach (var row in rows.Skip(20)) row.Values[1] = float.NaN;
        foreach (var row in rows.Take(20)) row.Values[0] = float.NaN;
        var halves = _ml.Regression.EvaluateIntervals(scored.Transform(_ml.Data.LoadFromEnumerable(rows)), Values);
        Assert.Equal(all.Rows, halves.Rows);
        var second = _ml.Regression.EvaluateIntervals(scored.Transform(_ml.Data.LoadFromEnumerable(Samples.Rows().Take(20))), Values);
        Assert.Equal(second.Targets[1], halves.Targets[1]);
    }

    // Their sets are empty, but nothing was predicted for these rows.
    [Theory, InlineData(Flag), InlineData(Key), InlineData(Flags)]
    public void Evaluation_skips_rows_without_a_prediction(string label)
    {
        var model = new BackpropTrainer(_ml, Options(label, isBagged: true)).Fit(Samples.Table(_ml));
        var holes = Samples.Rows();
        foreach (var row in holes.Take(10)) row.Dense[1] = float.NaN;
        var expected = Measure(_ml.Data.LoadFromEnumerable(Samples.Rows().Skip(10)));
        var found = Measure(_ml.Data.LoadFromEnumerable(holes));
        Assert.Equal((expected.Rows, expected.Coverage, expected.EmptyShare), (found.Rows, found.Coverage, found.EmptyShare));

        Metrics.PredictionSetMetrics Measure(IDataView data) => label == Flag
            ? _ml.BinaryClassification.EvaluatePredictionSets(model.Transform(data), label)
            : _ml.MulticlassClassification.EvaluatePredictionSets(model.Transform(data), label);
    }

    [Fact]
    public void Evaluation_names_a_wrong_column()
    {
        var scored = Scored(Value);
        Assert.Contains("'Nowhere'", Refusal(() => _ml.Regression.EvaluateIntervals(scored, Value, "Nowhere")));
        Assert.Contains("'Dense'", Refusal(() => _ml.Regression.EvaluateIntervals(scored, Value, nameof(SampleRow.Dense))));
        Assert.Contains("'Flag'", Refusal(() => _ml.Regression.EvaluateIntervals(scored, Flag)));
        Assert.Contains("'Value'", Refusal(() => _ml.MulticlassClassification.EvaluatePredictionSets(scored, Value)));

        static string Refusal(Func<object> evaluate) => Assert.ThrowsAny<ArgumentException>(evaluate).Message;
    }

    [Fact]
    public void Other_weights_have_no_intervals()
    {
        var model = new BackpropTrainer(_ml, Options(Value, isBagged: true)).Fit(Samples.Table(_ml));
        var weights = Backprop.Persistence.NetworkWeights.Of(model.Model.Network);
        var schema = model.WithWeights(weights).Transform(Samples.Table(_ml)).Schema;
        Assert.Null(schema.GetColumnOrNull("Interval"));
        Assert.NotNull(schema.GetColumnOrNull("Uncertainty"));
    }

    [Fact]
    public void What_they_need_is_named()
    {
        Refused("PredictionIntervals needs validation data", o => (o.KFoldBagging, o.Uncertainty) = (false, false));
        Refused("at least 99 held-out examples, but there are 40", o => o.PredictionIntervals = new Conformal { Coverage = 0.99 });
        Refused(
            "HeldOutFraction of PredictionIntervals",
            o => (o.Caching, o.KFoldBagging, o.PredictionIntervals) = (DataCaching.Stream, false, new() { HeldOutFraction = 0.5 }));
        Refused("Uncertainty is the spread of an ensemble, but EnsembleSize is 1", o => (o.EnsembleSize, o.KFoldBagging) = (1, false));
        Assert.Contains(
            "Coverage", Assert.Throws<ArgumentOutOfRangeException>(() => new Conformal { Coverage = 1 }).Message, StringComparison.Ordinal);

        void Refused(string expected, Action<BackpropTrainer.Options> change)
        {
            var options = Options(Value, isBagged: true);
            change(options);
            var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)));
            Assert.Contains(expected, problem.Message);
        }
    }

    private IDataView Scored(string label) =>
        new BackpropTrainer(_ml, Options(label, isBagged: true)).Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));

    private static BackpropTrainer.Options Options(string label, bool isBagged)
    {
        var options = Samples.Quick(label);
        options.EnsembleSize = 3;
        options.PredictionIntervals = new Conformal { Coverage = 0.8 };
        options.Uncertainty = true;
        if (isBagged) options.KFoldBagging = true;
        else options.ValidationFraction = 0.4;
        options.Seed = 1;
        return options;
    }

    private IDataView Numbers(params int[] numbers) =>
        _ml.Data.LoadFromEnumerable(numbers.Select(number => new Number { Value = number }));

    private sealed class Number
    {
        public int Value { get; set; }
    }

    private sealed class Sure
    {
        public float Score { get; set; }

        public float[] Interval { get; set; } = [];

        public float Uncertainty { get; set; }
    }
}
