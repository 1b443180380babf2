using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Permutation importance of category columns as well as of features, for every task.</summary>
public class ColumnImportanceTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_category_that_the_label_follows_is_the_most_important_column()
    {
        var data = Shop.Prepared(_ml, 300);
        var model = _ml.Regression.Trainers.Backprop(Shop.Options(nameof(Shop.Price))).Fit(data);
        var report = _ml.Regression.ColumnImportance(model, data);

        Assert.Equal(["TownKey", "Size", "Noise"], report.Columns.Select(column => column.Name));
        Assert.True(report.Columns[0].Mean > 10 * report.Columns[1].Mean, $"{report.Columns[0].Mean:F3}, {report.Columns[1].Mean:F3}");
        Assert.InRange(report.Columns[2].Mean, -0.01, 0.01);
        Assert.Equal(300, report.Rows);
        Assert.Equal(_ml.Regression.Evaluate(model.Transform(data), nameof(Shop.Price)).RSquared, report.Baseline, 1e-9);
    }

    [Fact]
    public void Features_have_the_importance_that_MLNET_gives_them()
    {
        var data = Synthetic.Prepared(_ml, 300);
        var model = new BackpropTrainer(_ml, Synthetic.Plain(Synthetic.Value)).Fit(data);
        var expected = _ml.Regression.PermutationFeatureImportance((ITransformer)model, data, Synthetic.Value, permutationCount: 20);

        foreach (Metric metric in new Metric[] { new RSquared(), new RootMeanSquaredError(), new MeanAbsoluteError() })
        {
            var report = _ml.Regression.ColumnImportance(model, data, new ColumnImportanceOptions { Metric = metric, Repeats = 20 });
            foreach (var name in Synthetic.FeatureNames)
            {
                var column = report.Columns.Single(column => column.Name == name);
                var theirs = metric switch
                {
                    RSquared => expected[name].RSquared,
                    RootMeanSquaredError => expected[name].RootMeanSquaredError,
                    _ => expected[name].MeanAbsoluteError,
                };
                var sign = metric.HigherIsBetter ? -1 : 1;
                Assert.Equal(sign * theirs.Mean, column.Mean, 5 * (column.StandardError + theirs.StandardError) + 1e-6);
            }
        }
    }

    [Fact]
    public void The_order_is_the_same_for_every_task()
    {
        var data = Shop.Prepared(_ml, 300);
        IEstimator<BackpropTransformer> Trainer(string label) => new BackpropTrainer(_ml, Shop.Options(label));
        ColumnImportanceReport[] reports =
        [
            _ml.BinaryClassification.ColumnImportance(Trainer(nameof(Shop.IsDear)).Fit(data), data),
            _ml.BinaryClassification.ColumnImportance(
                Trainer(nameof(Shop.IsDear)).Fit(data), data, new ColumnImportanceOptions { Metric = new AreaUnderRocCurve() }),
            _ml.MulticlassClassification.ColumnImportance(Trainer("KindKey").Fit(data), data),
            _ml.MulticlassClassification.ColumnImportance(
                Trainer("KindKey").Fit(data), data, new ColumnImportanceOptions { Metric = new Accuracy() }),
            _ml.Regression.ColumnImportance(Trainer(nameof(Shop.Both)).Fit(data), data),
            _ml.MulticlassClassification.ColumnImportance(Trainer(nameof(Shop.Marks)).Fit(data), data),
        ];

        Assert.All(reports, report => Assert.Equal("TownKey", report.Columns[0].Name));
        Assert.All(reports, report => Assert.True(report.Columns[0].Interval().Lower > 0));
        Assert.All(reports, report => Assert.True(double.IsFinite(report.Baseline)));
    }

    [Fact]
    public void Groups_have_an_interval_for_every_task()
    {
        var data = Shop.Prepared(_ml, 100);
        var options = new ColumnImportanceOptions
        {
            Groups = new Dictionary<string, IReadOnlyList<string>> { ["both"] = ["TownKey", "Size"] },
        };
        BackpropTransformer Fit(string label) => new BackpropTrainer(_ml, Shop.Options(label)).Fit(data);
        ColumnImportanceReport[] reports =
        [
            _ml.BinaryClassification.ColumnImportance(Fit(nameof(Shop.IsDear)), data, options),
            _ml.MulticlassClassification.ColumnImportance(Fit("KindKey"), data, options),
            _ml.MulticlassClassification.ColumnImportance(Fit(nameof(Shop.Marks)), data, options),
            _ml.Regression.ColumnImportance(Fit(nameof(Shop.Price)), data, options),
            _ml.Regression.ColumnImportance(Fit(nameof(Shop.Both)), data, options),
        ];

        foreach (var report in reports)
        {
            Assert.Equal(["both", "Noise"], report.Columns.Select(column => column.Name));
            Assert.InRange(report.Columns[0].Mean, report.Columns[0].Interval().Lower, report.Columns[0].Interval().Upper);
            Assert.True(report.Columns[0].Interval().Lower > report.Columns[1].Mean);
        }
    }

    [Fact]
    public void Decisions_follow_the_models_threshold()
    {
        var data = Shop.Prepared(_ml, 300);
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.IsDear))).Fit(data).WithThreshold(0.05f);
        var report = _ml.BinaryClassification.ColumnImportance(model, data, new ColumnImportanceOptions { Metric = new F1Score() });
        Assert.Equal(_ml.BinaryClassification.EvaluatePredictedLabel(model.Transform(data), nameof(Shop.IsDear))
            .F1Score, report.Baseline, 1e-12);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_for_any_number_of_threads_and_another_seed_other_bits()
    {
        var data = Shop.Prepared(_ml, 100);
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Price))).Fit(data);
        double[] Values(int seed, int? threads) =>
            [.. _ml.Regression.ColumnImportance(model, data, new ColumnImportanceOptions { Seed = seed, NumberOfThreads = threads })
                .Columns.SelectMany(column => column.Deteriorations)];

        Assert.Equal(Values(3, 1), Values(3, 4));
        Assert.Equal(Values(3, 1), Values(3, null));
        Assert.NotEqual(Values(3, 1), Values(4, 1));
    }

    [Fact]
    public void A_group_is_permuted_as_one_and_its_members_are_not_measured_by_themselves()
    {
        var data = Shop.Prepared(_ml, 300);
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Price))).Fit(data);
        ColumnImportanceReport Report(params (string Name, string[] EnsembleSize)[] groups) => _ml.Regression.ColumnImportance(
            model, data, new ColumnImportanceOptions
            {
                Groups = groups.ToDictionary(
                group => group.Name, group => (IReadOnlyList<string>)group.EnsembleSize)
            });

        var report = Report(("place and size", ["TownKey", "Size"]));
        Assert.Equal(["place and size", "Noise"], report.Columns.Select(column => column.Name));
        Assert.Equal(["TownKey", "numbers"], Report(("numbers", ["Features"])).Columns.Select(column => column.Name));

        // With all columns permuted together, rows are exchanged whole: predictions are those of other rows, and R² falls to about −1.
        var everything = Report(("all", ["TownKey", "Features"]));
        Assert.Equal(report.Baseline + 1, Assert.Single(everything.Columns).Mean, 0.2);

        Assert.Contains("'Noise'", Assert.ThrowsAny<ArgumentException>(() => Report(("wrong", ["Town"])))
            .Message, StringComparison.Ordinal);
        Assert.Contains("another group", Assert.ThrowsAny<ArgumentException>(() => Report(("a", ["Size"]), ("b", ["Size"])))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_error_and_interval_are_those_of_a_mean()
    {
        var data = Shop.Prepared(_ml, 100);
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Price))).Fit(data);
        var column = _ml.Regression.ColumnImportance(model, data).Columns[0];
        var values = column.Deteriorations;

        Assert.Equal(5, values.Count);
        var deviation = Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / 4);
        Assert.Equal(deviation / Math.Sqrt(5), column.StandardError, 1e-12);
        Assert.Equal(column.Mean + 2.776445 * column.StandardError, column.Interval().Upper, 1e-6);
        Assert.Equal(column.Mean - 2.131847 * column.StandardError, column.Interval(0.9).Lower, 1e-6);
    }

    [Fact]
    public void Classes_are_told_apart_by_name_when_other_data_numbers_them_otherwise()
    {
        var model = new BackpropTrainer(_ml, Shop.Options("KindKey")).Fit(Shop.Prepared(_ml, 300));
        var report = _ml.MulticlassClassification.ColumnImportance(model, Shop.Prepared(_ml, 300));
        var reversed = _ml.MulticlassClassification.ColumnImportance(model, Shop.Prepared(_ml, 300, reversesKinds: true));
        Assert.Equal(report.Baseline, reversed.Baseline);
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_and_a_chain_is_searched_for_the_model()
    {
        var rows = Shop.Many(100);
        foreach (var row in rows.Take(7)) row.Price = float.NaN;
        var chain = Shop.Preparation(_ml).Append(new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Price))))
            .Fit(_ml.Data.LoadFromEnumerable(rows));
        var data = Shop.Preparation(_ml).Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));

        Assert.Equal(93, _ml.Regression.ColumnImportance(chain, data).Rows);
        Assert.Equal(13, _ml.Regression.ColumnImportance(chain, data, new ColumnImportanceOptions { MaximumRows = 20 }).Rows);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var data = Shop.Prepared(_ml, 50);
        var model = new BackpropTrainer(_ml, Shop.Options(nameof(Shop.Price))).Fit(data);
        void Refuses(string word, Action action) =>
            Assert.Contains(word, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

        Refuses("Regression", () => _ml.BinaryClassification.ColumnImportance(model, data));
        Refuses("'Absent'", () => _ml.Regression.ColumnImportance(model, data, new ColumnImportanceOptions { LabelColumnName = "Absent" }));
        Refuses("F1Score", () => _ml.Regression.ColumnImportance(model, data, new ColumnImportanceOptions { Metric = new F1Score() }));
        Refuses("Repeats", () => _ml.Regression.ColumnImportance(model, data, new ColumnImportanceOptions { Repeats = 1 }));
        Refuses("TransformerChain", () => _ml.Regression.ColumnImportance(new TransformerChain<ITransformer>(), data));
        Refuses("TownKey", () => _ml.Regression.ColumnImportance(model, _ml.Transforms.DropColumns("TownKey").Fit(data).Transform(data)));
    }

    /// <summary>Prices follow the town first, then the size.</summary>
    private sealed class Shop
    {
        public string Town { get; set; } = "";

        public float Size { get; set; }

        public float Noise { get; set; }

        public float Price { get; set; }

        public bool IsDear { get; set; }

        public string Kind { get; set; } = "";

        [VectorType(2)]
        public float[] Both { get; set; } = [];

        [VectorType(2)]
        public bool[] Marks { get; set; } = [];

        public static Shop[] Many(int count)
        {
            var random = new Random(1);
            return [.. Enumerable.Range(0, count).Select(_ =>
            {
                var town = random.Next(5);
                float size = random.NextSingle(), noise = random.NextSingle(), price = 3 * town + size;
                return new Shop
                {
                    Town = $"town {town}",
                    Size = size,
                    Noise = noise,
                    Price = price,
                    IsDear = price > 8,
                    Kind = price switch { < 4 => "low", < 10 => "middle", _ => "high" },
                    Both = [price, -price],
                    Marks = [price > 5, price > 9],
                };
            })];
        }

        public static EstimatorChain<ColumnConcatenatingTransformer> Preparation(MLContext ml, bool reversesKinds = false)
        {
            IDataView? kinds = null;
            if (reversesKinds)
            {
                var order = ml.Data.LoadFromEnumerable(new[] { "middle", "low", "high" }.Select(kind => new Shop { Kind = kind }));
                kinds = ml.Transforms.SelectColumns(nameof(Kind)).Fit(order).Transform(order);
            }
            return ml.Transforms.Conversion.MapValueToKey("TownKey", nameof(Town))
                .Append(ml.Transforms.Conversion.MapValueToKey([new InputOutputColumnPair("KindKey", nameof(Kind))], keyData: kinds))
                .Append(ml.Transforms.Concatenate("Features", nameof(Size), nameof(Noise)));
        }

        public static IDataView Prepared(MLContext ml, int count, bool reversesKinds = false)
        {
            var data = ml.Data.LoadFromEnumerable(Many(count));
            return Preparation(ml, reversesKinds).Fit(data).Transform(data);
        }

        public static BackpropTrainer.Options Options(string label) => new()
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            CategoricalFeatureColumnNames = ["TownKey"],
            MaximumOneHotValues = 9,
            HiddenLayers = [16],
            LearningRate = 0.02,
            NumberOfIterations = 40,
            Seed = 1,
        };
    }
}
