using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tests.Conformance;
using Backprop.ML.Tests.Export;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Learning to rank, as a user of ML.NET meets it.</summary>
public class RankingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _messages = [];

    public RankingTests() => _ml.Log += (_, message) => _messages.Add(message.Message);

    public static TheoryData<RankingLoss> Losses => [.. Loss.All.OfType<RankingLoss>()];

    [Theory, MemberData(nameof(Losses))]
    public void Every_loss_ranks_new_queries(RankingLoss loss)
    {
        var options = Options();
        options.LossFunction = loss;
        var scored = _ml.Ranking.Trainers.Backprop(options).Fit(Query.Table(_ml, 60)).Transform(Query.Table(_ml, 40, seed: 2));
        Assert.InRange(_ml.Ranking.Evaluate(scored).NormalizedDiscountedCumulativeGains[4], 0.96, 1);
    }

    [Fact]
    public void The_catalog_method_has_default_columns_and_cross_validates()
    {
        // ML.NET divides the range of a key into folds, so the key has no more values than there are groups.
        var data = Query.Table(_ml, 40);
        data = _ml.Transforms.Conversion.MapValueToKey("GroupId", nameof(Query.Text)).Fit(data).Transform(data);
        var trainer = _ml.Ranking.Trainers.Backprop(hiddenLayers: [8], numberOfIterations: 8);
        var folds = _ml.Ranking.CrossValidate(data, trainer, numberOfFolds: 2);
        Assert.All(folds, fold => Assert.InRange(fold.Metrics.NormalizedDiscountedCumulativeGains[4], 0.8, 1));
    }

    // The rows that are held out may have no relevant row, or fractions below one half. They have no classes.
    [Theory, InlineData(0), InlineData(0.4f)]
    public void Held_out_relevances_may_be_alike(float highest)
    {
        var options = Options();
        if (highest > 0) options.LossFunction = new RankNetLoss();
        var rows = Query.Many(20, seed: 2);
        foreach (var row in rows) row.Label *= highest / 4;
        var model = _ml.Ranking.Trainers.Backprop(options).Fit(Query.Table(_ml, 60), _ml.Data.LoadFromEnumerable(rows));
        Assert.NotEmpty(model.Model.History);
    }

    // ML.NET's evaluator has its own implementation. Equal scores, and groups without any relevant row, are included.
    [Fact]
    public void The_metric_of_early_stopping_is_that_of_the_evaluator()
    {
        var random = new Random(3);
        var rows = Query.Many(50);
        foreach (var row in rows) row.Weight = (float)Math.Round(2 * random.NextSingle(), 1);
        foreach (var row in rows.Where(row => row.GroupId % 7 == 0)) row.Label = 0;
        var data = _ml.Transforms.CopyColumns("Score", nameof(Query.Weight)).Fit(_ml.Data.LoadFromEnumerable(rows))
            .Transform(_ml.Data.LoadFromEnumerable(rows));
        var theirs = _ml.Ranking.Evaluate(data).NormalizedDiscountedCumulativeGains;

        var scores = new ReadOnlyMatrix([.. rows.Select(row => row.Weight)], rows.Length, 1);
        var targets = new ReadOnlyMatrix([.. rows.Select(row => row.Label)], rows.Length, 1);
        int[] groups = [.. rows.Select(row => (int)row.GroupId)];
        for (var k = 1; k <= theirs.Count; k++)
        {
            var metric = new NormalizedDiscountedCumulativeGain { TruncationLevel = k };
            Assert.Equal(theirs[k - 1], metric.MeasureGroups(scores, scores, targets, [], groups), 1e-6);
        }
    }

    [Fact]
    public void Rows_that_are_not_adjacent_are_gathered_with_a_note()
    {
        var rows = Query.Many(30);
        var expected = Fit(rows);
        Assert.DoesNotContain(_messages, message => message.Contains("gathered", StringComparison.Ordinal));

        // The first rows of all groups, in the same order; then the second rows, …
        var places = rows.GroupBy(row => row.GroupId).SelectMany(group => group.Index());
        var dealt = Fit([.. places.OrderBy(place => place.Index).ThenBy(place => place.Item.GroupId).Select(place => place.Item)]);
        Assert.Equal(Parameters(expected), Parameters(dealt));
        Assert.Contains(
            _messages, message => message.Contains("column 'GroupId'", StringComparison.Ordinal)
                && message.Contains("of each of 30 groups were gathered in memory", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_is_a_relevance_from_0_on()
    {
        var rows = Query.Many(20);
        var byKey = Options();
        byKey.LabelColumnName = nameof(Query.Grade);
        Assert.Equal(Parameters(Fit(rows)), Parameters(Fit(rows, byKey)));
    }

    [Fact]
    public void Groups_may_be_integers_of_which_0_is_skipped_with_a_warning()
    {
        var rows = Query.Many(20);
        var byNumber = Options();
        byNumber.RowGroupColumnName = nameof(Query.Number);
        Assert.Equal(Parameters(Fit(rows)), Parameters(Fit(rows, byNumber)));
        rows[3].Number = 0;
        Fit(rows, byNumber);
        Assert.Contains(_messages, message => message.Contains(
            $"Skipped 1 of {rows.Length} rows of the training data: 1 with a missing group (0), first in row 3, column 'Number'",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(Query.Text), "expected Key<UInt32> or UInt32, got String")]
    [InlineData(nameof(Query.Label), "expected Key<UInt32> or UInt32, got Single")]
    [InlineData(nameof(Query.Features), "expected Key<UInt32> or UInt32, got Vector<Single>")]
    [InlineData("Nope", "Could not find row group column 'Nope'")]
    public void A_group_column_of_another_type_is_refused_by_name(string column, string message)
    {
        var data = Query.Table(_ml, 10);
        var options = Options();
        options.RowGroupColumnName = column;
        var trainer = _ml.Ranking.Trainers.Backprop(options);
        foreach (var action in (Action[])[() => trainer.GetOutputSchema(SchemaText.Shape(data.Schema)), () => trainer.Fit(data)])
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(action);
            Assert.Contains(message, problem.Message, StringComparison.Ordinal);
            Assert.Contains(column == "Nope" ? nameof(options.RowGroupColumnName) : "MapValueToKey", problem.Message);
        }

        // The group column of validation data is checked, too.
        var training = Options();
        var validation = _ml.Transforms.DropColumns("GroupId").Fit(data).Transform(data);
        Assert.Contains(
            "'GroupId'", Assert.Throws<ArgumentOutOfRangeException>(
                "validationData", () => _ml.Ranking.Trainers.Backprop(training).Fit(data, validation)).Message);
    }

    [Theory]
    [InlineData(nameof(Query.Text))]
    [InlineData(nameof(Query.Features))]
    public void A_label_of_another_type_is_refused_by_name(string label)
    {
        var options = Options();
        options.LabelColumnName = label;
        var shape = SchemaText.Shape(Query.Table(_ml, 10).Schema);
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Ranking.Trainers.Backprop(options).GetOutputSchema(shape));
        Assert.Contains($"label column '{label}': expected Single or Key<UInt32>", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_without_gain_is_refused_with_its_row()
    {
        var rows = Query.Many(20);
        rows[5].Label = 12;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(rows));
        Assert.Contains("Row 5 of the training data has 12 in label column 'Label'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("up to 11, the last label of its gains (set Gains for others)", problem.Message, StringComparison.Ordinal);

        // Other gains are also those of the metric.
        var options = Options();
        options.LossFunction = new LambdaRankLoss { Gains = [.. Enumerable.Range(0, 13).Select(gain => (double)gain)] };
        (options.Preset, options.NumberOfIterations) = (Preset.Fast, 2);
        Assert.Equal(nameof(NormalizedDiscountedCumulativeGain), Fit(rows, options).Model.Summary!.SelectedBy);

        // A loss without gains allows any relevance. The metric of the preset is not defined then.
        options.LossFunction = new RankNetLoss();
        foreach (var row in rows) row.Label += 20;
        Assert.Equal("validation loss", Fit(rows, options).Model.Summary!.SelectedBy);
        Assert.Contains(_messages, message => message.Contains("has no gain", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_are_those_of_groups()
    {
        var rows = Query.Many(20);
        foreach (var row in rows) row.Weight = 1 + row.GroupId % 3;
        var options = Options();
        options.ExampleWeightColumnName = nameof(Query.Weight);
        Assert.NotEqual(Parameters(Fit(rows)), Parameters(Fit(rows, options)));
        rows[^1].Weight = 9;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(rows, options));
        Assert.Contains(
            $"(column 'GroupId') has rows with the weights {rows[^2].Weight} and 9 in column 'Weight'", problem.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_one_row_are_counted_and_groups_without_order_are_refused()
    {
        var rows = Query.Many(20);
        foreach (var row in rows.Where(row => row.GroupId < 4)) row.GroupId += 100 * (uint)Array.IndexOf(rows, row);
        Fit(rows);
        Assert.Contains(_messages, message => message.Contains("groups have one row", StringComparison.Ordinal));
        foreach (var row in rows) row.Label = 2;
        Assert.Contains("different relevance", Assert.Throws<ArgumentException>(() => Fit(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_held_out_whole_and_one_group_cannot_be_divided()
    {
        var options = Options();
        options.ValidationFraction = 0.25;
        options.EarlyStopping = new EarlyStopping { Metric = new NormalizedDiscountedCumulativeGain() };
        var model = Fit(Query.Many(40), options);
        Assert.All(model.Model.History, report => Assert.InRange(report.ValidationMetric!.Value, 0.3, 1));
        var rows = Query.Many(40);
        foreach (var row in rows) row.GroupId = 1;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(rows, options));
        Assert.Contains("At least 2 groups are needed", problem.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<BackpropTrainer.Options>> RefusedOptions => new()
    {
        { "Caching", options => options.Caching = DataCaching.Stream },
        { "Mixup", options => options.Mixup = new Mixup() },
        { "KFoldBagging", options => (options.KFoldBagging, options.EnsembleSize) = (true, 3) },
        { "SamplingKeyColumnName", options => (options.SamplingKeyColumnName, options.ValidationFraction) = ("Text", 0.2) },
        { "OutputBiasPrior", options => options.OutputBiasPrior = true },
        { "PredictionIntervals", options => (options.PredictionIntervals, options.ValidationFraction) = (new Conformal(), 0.2) },
        { "Uncertainty", options => (options.Uncertainty, options.EnsembleSize) = (true, 3) },
        { "TemperatureScaling", options => options.TemperatureScaling = true },
        { "ClampPredictions", options => options.ClampPredictions = true },
        { "ClassWeights", options => options.ClassWeights = ClassWeights.Balanced },
        { "PositiveInstanceWeight", options => options.PositiveInstanceWeight = 2 },
        { "ThresholdMetric", options => options.ThresholdMetric = new Accuracy() },
        { "Optimizer", options => options.Optimizer = new Lbfgs() },
        { "LossFunction", options => options.LossFunction = new SquaredError() },
        { "EarlyStopping", options => options.EarlyStopping = new EarlyStopping { Metric = new Accuracy() } },
    };

    [Theory, MemberData(nameof(RefusedOptions))]
    public void An_option_that_ranking_does_not_allow_is_refused_by_name(string option, Action<BackpropTrainer.Options> set)
    {
        var options = Options();
        set(options);
        var problem = Assert.ThrowsAny<ArgumentException>(() => _ml.Ranking.Trainers.Backprop(options));
        Assert.Equal(option, problem.ParamName);
        Assert.Contains(option, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_column_is_for_ranking_only()
    {
        var options = Options();
        options.RowGroupColumnName = nameof(Query.GroupId);
        var problem = Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.Trainers.Backprop(options));
        Assert.Contains("is for ranking, not for Regression", problem.Message, StringComparison.Ordinal);
        var model = new BackpropTrainer(_ml, options).Fit(Query.Table(_ml, 20));
        Assert.Equal("Ranking", KindOf(model.Transform(Query.Table(_ml, 20)).Schema["Score"]));
    }

    [Fact]
    public void Data_that_does_not_fit_into_memory_is_refused_by_name()
    {
        var options = Options();
        options.MemoryBudget = 1000;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(Query.Many(50), options));
        Assert.Contains(nameof(options.MemoryBudget), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_saved_loaded_served_and_exported()
    {
        var model = Fit(Query.Many(30));
        var data = Query.Table(_ml, 10, seed: 2);
        float[] scores = [.. model.Transform(data).GetColumn<float>("Score")];
        using var file = new MemoryStream();
        _ml.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);
        Assert.Equal(scores, loaded.Transform(data).GetColumn<float>("Score"));
        Assert.Equal("Ranking", KindOf(loaded.Transform(data).Schema["Score"]));

        var engine = _ml.Model.CreatePredictionEngine<Query, Ranked>(loaded);
        Query[] rows = Query.Many(10, seed: 2);
        Assert.Equal(scores, rows.Select(row => engine.Predict(row).Score));

        using var onnx = new OnnxRun(stream => _ml.Model.ConvertToOnnx(model, data, stream));
        var inputs = OnnxRun.Tensor("Features", [.. rows.SelectMany(row => row.Features)], 3);
        var theirs = (float[])onnx.Run(InputsOf(onnx, inputs, rows))["Score.output"];
        for (var i = 0; i < scores.Length; i++) Assert.Equal(scores[i], theirs[i], 1e-5f);
    }

    [Fact]
    public void Training_continues_from_a_model_and_from_a_checkpoint()
    {
        var data = Query.Table(_ml, 30);
        var options = Options();
        var model = _ml.Ranking.Trainers.Backprop(options).Fit(data);
        var continued = _ml.Ranking.Trainers.Backprop(options).Fit(data, null, model.Model);
        Assert.True(continued.Model.History[0].TrainingLoss < model.Model.History[0].TrainingLoss);
        options.LossFunction = new RankNetLoss();
        Assert.Contains(
            "LambdaRankLoss", Assert.ThrowsAny<ArgumentException>(
                () => _ml.Ranking.Trainers.Backprop(options).Fit(data, null, model.Model)).Message);

        var folder = Directory.CreateTempSubdirectory("backprop-ranking-");
        options.Checkpoint = new Checkpoint(Path.Combine(folder.FullName, "training.checkpoint"));
        var first = Parameters(_ml.Ranking.Trainers.Backprop(options).Fit(data));
        Assert.Equal(first, Parameters(_ml.Ranking.Trainers.Backprop(options).Fit(data)));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Columns_are_explained_and_their_importance_is_measured_by_ml_net()
    {
        var data = Query.Table(_ml, 40);
        var model = Fit(Query.Many(40));
        var importance = _ml.Ranking.PermutationFeatureImportance(model, model.Transform(data), permutationCount: 2);
        double[] losses = [.. importance.Select(metrics => -metrics.NormalizedDiscountedCumulativeGains[4].Mean)];
        Assert.True(losses[0] > losses[2] && losses[1] > losses[2], string.Join(", ", losses));

        var explanation = model.Explain(_ml.Data.TakeRows(data, 1)).Single();
        Assert.Equal(explanation.Score - explanation.BaselineScore, explanation.Columns.Sum(column => column.Contribution), 1e-2);

        Refused(() => _ml.Regression.ColumnImportance(model, data), "ml.Ranking.PermutationFeatureImportance");
        Refused(() => _ml.Model.CreateReport(model, data), "ml.Ranking.Evaluate");

        static void Refused(Action action, string advice) =>
            Assert.Contains(advice, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_data_a_range_test_and_partial_dependence_work()
    {
        var (data, validation) = (Query.Table(_ml, 30), Query.Table(_ml, 15, seed: 2));
        var options = Options();
        options.EarlyStopping = new EarlyStopping { Metric = new NormalizedDiscountedCumulativeGain() };
        var trainer = _ml.Ranking.Trainers.Backprop(options);
        var model = trainer.Fit(data, validation);
        var scored = _ml.Ranking.Evaluate(model.Transform(validation)).NormalizedDiscountedCumulativeGains;
        Assert.Equal(scored[9], model.Model.History.Max(report => report.ValidationMetric!.Value), 1e-6);
        Assert.InRange(trainer.FindLearningRate(data).Valley, 1e-6, 1);

        var curve = _ml.Model.PartialDependence(model, data, "Features[0]");
        Assert.True(curve.Points[^1].Mean > curve.Points[0].Mean);
    }

    // Wide features are sparse in memory, and keys are renumbered by those that occur. Both must keep the groups.
    [Fact]
    public void Sparse_features_and_categories_keep_their_groups()
    {
        var rows = Query.Many(30);
        var data = _ml.Data.LoadFromEnumerable(rows);
        var wide = _ml.Transforms.Conversion.MapKeyToVector("Wide", nameof(Query.GroupId)).Append(
            _ml.Transforms.Concatenate("Features", "Wide", "Features")).Fit(data).Transform(data);
        var options = Options();
        options.CategoricalFeatureColumnNames = [nameof(Query.Grade)];
        var scored = _ml.Ranking.Trainers.Backprop(options).Fit(wide).Transform(wide);
        Assert.InRange(_ml.Ranking.Evaluate(scored).NormalizedDiscountedCumulativeGains[4], 0.99, 1); // the grade is the label
    }

    [Fact]
    public void A_network_of_the_core_becomes_a_model()
    {
        var model = Fit(Query.Many(30));
        var data = Query.Table(_ml, 10, seed: 2);
        var other = _ml.Model.FromNetwork(model.Model.Network, data.Schema);
        Assert.Equal(model.Transform(data).GetColumn<float>("Score"), other.Transform(data).GetColumn<float>("Score"));
        Assert.Equal("Ranking", KindOf(other.Transform(data).Schema["Score"]));
    }

    private static BackpropTrainer.Options Options() => new()
    {
        Preset = Preset.Plain,
        HiddenLayers = [8],
        LearningRate = 0.02,
        NumberOfIterations = 15,
        Seed = 1,
    };

    private static string KindOf(DataViewSchema.Column column)
    {
        ReadOnlyMemory<char> kind = default;
        column.Annotations.GetValue("ScoreColumnKind", ref kind);
        return kind.ToString();
    }

    private static float[] Parameters(BackpropTransformer model) => model.Model.Network.Parameters.ToArray();

    private static Microsoft.ML.OnnxRuntime.NamedOnnxValue[] InputsOf(
        OnnxRun onnx, Microsoft.ML.OnnxRuntime.NamedOnnxValue features, Query[] rows) =>
    [
        .. onnx.Inputs.Select(name => name switch
        {
            nameof(Query.Features) => features,
            nameof(Query.GroupId) => OnnxRun.Tensor(name, rows.Select(row => row.GroupId + 1).ToArray(), 1),
            nameof(Query.Grade) => OnnxRun.Tensor(name, rows.Select(row => row.Grade + 1).ToArray(), 1),
            nameof(Query.Number) => OnnxRun.Tensor(name, rows.Select(row => row.Number).ToArray(), 1),
            nameof(Query.Text) => OnnxRun.Tensor(name, rows.Select(row => row.Text).ToArray(), 1),
            nameof(Query.Label) => OnnxRun.Tensor(name, rows.Select(row => row.Label).ToArray(), 1),
            _ => OnnxRun.Tensor(name, rows.Select(row => row.Weight).ToArray(), 1),
        }),
    ];

    private BackpropTransformer Fit(Query[] rows, BackpropTrainer.Options? options = null) =>
        _ml.Ranking.Trainers.Backprop(options ?? Options()).Fit(_ml.Data.LoadFromEnumerable(rows));

    private sealed class Ranked
    {
        public float Score { get; set; }
    }
}
