using Backprop.Activations;
using Backprop.Explanations;
using Backprop.Losses;
using Backprop.ML.Tests.Conformance;
using Backprop.ML.Tests.Scenarios;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Explanations;

/// <summary>Explanations whose values are known.</summary>
public class ExplainTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static readonly ExplanationOptions _shapley = new() { Method = ExplanationMethod.ShapleySampling };

    // score = b + Σ w·x, so a contribution is w·(x − mean). The weights come from the scores of rows that differ in one feature.
    [Theory, InlineData(false), InlineData(true)]
    public void A_contribution_to_a_linear_model_is_the_weight_times_the_distance_from_the_mean(bool isShapley)
    {
        var options = Samples.Quick(nameof(SampleRow.Value));
        options.HiddenLayers = [];
        options.NumberOfIterations = 20;
        options.ClampPredictions = false;
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var features = data.GetColumn<float[]>(nameof(SampleRow.Dense)).ToArray();
        float[] zero = new float[Samples.FeatureCount];
        var weights = Enumerable.Range(0, zero.Length).Select(j =>
        {
            float[] one = [.. zero];
            one[j] = 1;
            return Score(model, one) - Score(model, zero);
        }).ToArray();

        var explanations = model.Explain(data, isShapley ? _shapley : null);
        for (var row = 0; row < features.Length; row++)
            for (var j = 0; j < zero.Length; j++)
            {
                var mean = features.Average(x => (double)x[j]);
                Assert.Equal(weights[j] * (features[row][j] - mean), Contribution(explanations[row], $"Dense[{j}]"), 2e-4);
            }
    }

    // All 2ⁿ sets of columns, scored by the model itself: rows in which the other columns have their means.
    [Theory, InlineData(6, 64), InlineData(9, 64), InlineData(12, 374), InlineData(12, 200)]
    public void Shapley_values_are_the_mean_changes_over_all_orders(int columns, int orders)
    {
        var table = new Columns(_ml, columns);
        var model = table.Train();
        var expected = table.ShapleyValues(model, table.Rows[0]);
        var options = _shapley with { Orders = orders, Seed = 3 };
        var explanation = model.Explain(_ml.Data.TakeRows(table.View(table.Rows), 1), options).Single();
        var isSampled = orders * (columns - 1) + 2 < 1 << columns; // sets are cheaper than orders otherwise
        foreach (var (j, value) in expected.Index())
        {
            var own = explanation.Columns.Single(column => column.Name == $"Features[{j}]");
            Assert.Equal(isSampled, own.StandardError > 0);
            Assert.Equal(value, own.Contribution, isSampled ? 5 * own.StandardError!.Value + 1e-5 : 1e-4);
        }
        Assert.Equal(0, explanation.Residual, 1e-5);
    }

    [Theory, InlineData(ExplanationMethod.IntegratedGradients), InlineData(ExplanationMethod.ShapleySampling)]
    public void A_column_at_its_mean_and_a_constant_column_contribute_nothing(ExplanationMethod method)
    {
        var rows = Samples.Rows();
        foreach (var row in rows) row.Dense[2] = 5;
        var data = _ml.Data.LoadFromEnumerable(rows);
        var model = new BackpropTrainer(_ml, Samples.Quick(nameof(SampleRow.Flag))).Fit(data);
        foreach (var row in rows) row.Dense[2] = 8;
        foreach (var explanation in model.Explain(_ml.Data.LoadFromEnumerable(rows), new ExplanationOptions { Method = method }))
        {
            var constant = explanation.Columns.Single(column => column.Name == "Dense[2]");
            Assert.Equal(0, constant.Contribution);
            Assert.Equal(ContributionDirection.None, constant.Direction);
            Assert.Equal("8", constant.Value);
        }
    }

    // Without hidden layers, the score of the mean code of a category is the mean of the scores of its categories.
    [Fact]
    public void A_category_is_compared_with_all_categories_by_their_shares()
    {
        var rows = Shop.Many(120);
        var options = Shop.Options("Sales");
        options.HiddenLayers = [];
        options.ClampPredictions = false;
        var data = Shop.View(_ml, rows);
        var model = new BackpropTrainer(_ml, options).Fit(data);

        Shop[] cities = [.. Shop.Cities.Select(city => new Shop { Area = rows[0].Area, Rent = rows[0].Rent, City = city, Kind = "books" })];
        var scores = model.Transform(Shop.View(_ml, cities)).GetColumn<float>("Score").ToArray();
        var mean = Shop.Cities.Select((city, i) => scores[i] * rows.Count(row => row.City == city) / (double)rows.Length).Sum();
        var explanations = model.Explain(Shop.View(_ml, cities));
        for (var i = 0; i < cities.Length; i++)
        {
            var city = explanations[i].Columns.Single(column => column.Name == "CityKey");
            Assert.Equal(Shop.Cities[i], city.Value);
            Assert.Equal(scores[i] - mean, city.Contribution, 1e-4);
        }
    }

    [Fact]
    public void Names_may_come_in_another_order_and_unknown_values_are_named()
    {
        var rows = Shop.Many(60);
        var model = new BackpropTrainer(_ml, Shop.Options("Sales")).Fit(Shop.View(_ml, rows));
        var same = model.Explain(Shop.View(_ml, rows));
        var reordered = model.Explain(Shop.Reordered(_ml, rows));
        for (var row = 0; row < rows.Length; row++)
            foreach (var column in same[row].Columns)
            {
                var other = reordered[row].Columns.Single(each => each.Name == column.Name);
                Assert.Equal((column.Value, column.Contribution), (other.Value, other.Contribution));
            }
        rows[0].City = "Lima";
        var unknown = model.Explain(Shop.View(_ml, rows, cities: [.. Shop.Cities, "Lima"]))[0];
        Assert.Equal("Lima (not in the training data)", unknown.Columns.Single(column => column.Name == "CityKey").Value);
        rows[0].City = "Nowhere";
        var missing = model.Explain(Shop.View(_ml, rows))[0];
        Assert.Equal("missing", missing.Columns.Single(column => column.Name == "CityKey").Value);
    }

    [Fact]
    public void Groups_are_explained_together()
    {
        var data = Samples.Table(_ml);
        var options = Samples.Quick(nameof(SampleRow.Value));
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category)];
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var groups = new Dictionary<string, IReadOnlyList<string>> { ["pair"] = ["Dense[1]", nameof(SampleRow.Category)] };
        var apart = model.Explain(data);
        var together = model.Explain(data, new ExplanationOptions { Groups = groups });
        for (var row = 0; row < apart.Count; row++)
        {
            Assert.Equal(4, together[row].Columns.Count);
            Assert.Equal(
                Contribution(apart[row], "Dense[1]") + Contribution(apart[row], "Category"), Contribution(together[row], "pair"), 1e-3);
        }
    }

    [Fact]
    public void Neither_threads_nor_the_other_rows_change_an_explanation()
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Samples.Quick(nameof(SampleRow.Key))).Fit(data);
        foreach (var options in (ExplanationOptions[])[new(), _shapley])
        {
            var one = model.Explain(data, options with { NumberOfThreads = 1 });
            var three = model.Explain(data, options with { NumberOfThreads = 3 });
            var last = model.Explain(_ml.Data.SkipRows(data, 39), options).Single();
            Assert.Equal(one.Select(Text), three.Select(Text));
            Assert.Equal(Text(one[39]), Text(last));
        }
    }

    [Fact]
    public void Every_output_has_a_name()
    {
        var data = Shop.View(_ml, Shop.Many(60));
        var both = new BackpropTrainer(_ml, Shop.Options("Both")).Fit(data);
        var scored = both.Transform(data).GetColumn<float[]>("Score").First();
        var targets = (data.Schema["Both"].HasSlotNames() ? ["Sales", "Staff"] : new[] { "Score[0]", "Score[1]" });
        for (var i = 0; i < 2; i++)
            Assert.Equal(scored[i], both.Explain(data, new ExplanationOptions { Output = targets[i] })[0].Score, 1e-4);

        var kinds = new BackpropTrainer(_ml, Shop.Options("KindKey")).Fit(data);
        var probabilities = kinds.Transform(data).GetColumn<float[]>("Score").First();
        for (var k = 0; k < 3; k++)
        {
            var explanation = kinds.Explain(data, new ExplanationOptions { Output = Shop.Kinds[k] })[0];
            Assert.Equal((Shop.Kinds[k], (double)probabilities[k]), (explanation.OutputName, explanation.Score));
        }
        var problem = Assert.Throws<ArgumentOutOfRangeException>(
            () => kinds.Explain(data, new ExplanationOptions { Output = "cars" }));
        Assert.Contains("'cars'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'books', 'shoes', 'tools'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_and_missing_columns_are_refused_by_name()
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Samples.Quick(nameof(SampleRow.Value))).Fit(data);
        Refused(new ExplanationOptions { Orders = 3 }, "Orders must be even");
        Refused(new ExplanationOptions { MaximumColumns = 0 }, "MaximumColumns must be at least 1");
        Refused(new ExplanationOptions { NumberOfThreads = 0 }, "NumberOfThreads must be at least 1");
        Refused(new ExplanationOptions { Method = (ExplanationMethod)7 }, "Method is not known");
        Refused(new ExplanationOptions { Groups = new Dictionary<string, IReadOnlyList<string>> { ["g"] = ["Age"] } }, "'Age'");
        var without = _ml.Data.LoadFromEnumerable([new { Other = 1f }]);
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => model.Explain(without));
        Assert.Contains("Dense", problem.Message, StringComparison.Ordinal);

        void Refused(ExplanationOptions options, string text)
        {
            var refusal = Assert.ThrowsAny<ArgumentException>(() => model.Explain(data, options));
            Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_network_without_means_says_what_it_is_compared_with()
    {
        var data = Samples.Table(_ml);
        var network = Network.FullyConnected(Samples.FeatureCount, [3], 1, new Tanh());
        var parameters = network.Initialize(new Initializers.GlorotUniform(), seed: 1);
        var plain = new TrainedNetwork(network, parameters, new SquaredError());
        var scaled = new TrainedNetwork(network, parameters, new SquaredError(), new Standardization([1, 2, 3, 4], [1, 1, 1, 1]));
        foreach (var (trained, row, text) in ((TrainedNetwork, float[], string)[])
            [(plain, [0, 0, 0, 0], "0 (the model has no means"), (scaled, [1, 2, 3, 4], "the centers of the scaling")])
        {
            var model = _ml.Model.FromNetwork(trained, data.Schema, nameof(SampleRow.Value), nameof(SampleRow.Dense));
            var explanation = model.Explain(data)[0];
            Assert.Contains(text, explanation.Baseline, StringComparison.Ordinal);
            Assert.Equal(Score(model, row), explanation.BaselineScore, 1e-5);
        }
    }

    [Fact]
    public void An_explanation_is_the_same_after_the_model_was_saved_and_loaded()
    {
        var data = Samples.Table(_ml);
        var options = Samples.Quick(nameof(SampleRow.Value), nameof(SampleRow.Holes));
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category), nameof(SampleRow.Categories)];
        options.MissingValues = Layers.MissingValues.Median;
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var loaded = (BackpropTransformer)_ml.SaveAndLoad(model, data.Schema);
        Assert.Equal(model.Explain(data).Select(Text), loaded.Explain(data).Select(Text));
    }

    [Fact]
    public void An_explanation_speaks_in_words()
    {
        var rows = Shop.Many(60);
        var model = new BackpropTrainer(_ml, Shop.Options("Sales")).Fit(Shop.View(_ml, rows));
        var explanation = model.Explain(Shop.View(_ml, rows), new ExplanationOptions { MaximumColumns = 2 })[0];
        Assert.Equal((2, 1), (explanation.Columns.Count, explanation.OtherColumns));
        var lines = explanation.ToString().ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal(
            FormattableString.Invariant(
                $"Score is {explanation.Score:G4}, and {explanation.BaselineScore:G4} for {explanation.Baseline}."),
            lines[0]);
        foreach (var (column, line) in explanation.Columns.Zip(lines.Skip(1)))
        {
            var verb = column.Direction == ContributionDirection.Raises ? "raises" : "lowers";
            Assert.Equal(
                FormattableString.Invariant($"  {column.Name} = {column.Value} {verb} it by {Math.Abs(column.Contribution):G3}"), line);
        }
        Assert.StartsWith("  1 more: their sum ", lines[3], StringComparison.Ordinal);
    }

    // A custom loss has no known derivative of its predictions, but rows can be scored.
    [Fact]
    public void A_custom_loss_can_be_explained_by_sampling_alone()
    {
        var data = Samples.Table(_ml);
        var options = Samples.Quick(nameof(SampleRow.Value));
        options.LossFunction = new Lopsided(0.5);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Contains("Lopsided", Assert.Throws<NotSupportedException>(() => model.Explain(data)).Message, StringComparison.Ordinal);
        Assert.All(model.Explain(data, _shapley), explanation => Assert.Equal(0, explanation.Residual, 1e-4));
    }

    private float Score(BackpropTransformer model, float[] features)
    {
        var row = Samples.Rows(1)[0];
        row.Dense = features;
        return model.Transform(_ml.Data.LoadFromEnumerable([row])).GetColumn<float>("Score").Single();
    }

    private static double Contribution(PredictionExplanation explanation, string name) =>
        explanation.Columns.Single(column => column.Name == name).Contribution;

    private static string Text(PredictionExplanation explanation)
    {
        var columns = explanation.Columns.Select(column => $"{column.Name} {column.Value} {column.Contribution:R}");
        return string.Join(';', columns.Prepend($"{explanation.Score:R}"));
    }
}
