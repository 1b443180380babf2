using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Tables all of whose columns are categories: there is no column of features, and none is needed.</summary>
public class OnlyCategoriesTests
{
    private const int Colours = 4, Shapes = 4;

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _train, _test;

    public OnlyCategoriesTests() => (_train, _test) = (Piece.Many(_ml, 300, 1), Piece.Many(_ml, 100, 2));

    public static TheoryData<string> Presets => [.. Preset.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_preset_trains_on_categories_alone_and_the_model_saves_and_loads(string name)
    {
        foreach (var label in new[] { nameof(Piece.IsAbove), "KindKey", nameof(Piece.Value) })
        {
            var options = Options(Preset.All.Single(preset => preset.Name == name), label);
            options.NumberOfIterations = 2;
            var model = Chain(options).Fit(_train);
            var loaded = _ml.SaveAndLoad(model, _train.Schema);
            Assert.Equal(model.Transform(_test).Scores(), loaded.Transform(_test).Scores());
            Assert.All(model.Transform(_test).Scores(), score => Assert.True(float.IsFinite(score)));
            Assert.Null(model.LastTransformer.FeatureColumnName);
        }
    }

    [Fact]
    public void A_label_that_follows_from_categories_is_learned()
    {
        var options = Options(Preset.Plain, nameof(Piece.IsAbove));
        options.NumberOfIterations = 60;
        var model = Chain(options).Fit(_train);

        Assert.Equal(1, _ml.BinaryClassification.Evaluate(model.Transform(_test), nameof(Piece.IsAbove)).Accuracy);
        using var engine = _ml.Model.CreatePredictionEngine<Piece, Answer>(_ml.SaveAndLoad(model, _train.Schema));
        Piece[] rows = [new() { Colour = "colour 3", Shape = "shape 0" }, new() { Colour = "colour 0", Shape = "shape 3" },
            new() { Colour = "", Shape = "unknown" }];
        Assert.Equal(model.Transform(_ml.Data.LoadFromEnumerable(rows)).Scores(), rows.Select(row => engine.Predict(row).Score));
        Assert.Equal([true, false], rows.Take(2).Select(row => engine.Predict(row).PredictedLabel));
    }

    [Fact]
    public void The_model_is_the_one_that_a_constant_feature_gives()
    {
        // Plain standardizes a constant to 0, so that it neither learns nor teaches; the starting values differ, the predictions agree.
        var options = Options(Preset.Plain, nameof(Piece.IsAbove));
        options.NumberOfIterations = 60;
        var alone = Chain(options).Fit(_train);
        options.FeatureColumnName = "One";
        var beside = _ml.Transforms.CustomMapping<Empty, One>((_, row) => row.Values = [1], null)
            .Append(_ml.Transforms.Concatenate("One", nameof(One.Values)))
            .Append(Chain(options)).Fit(_train);

        Assert.Equal(alone.Transform(_test).GetColumn<bool>("PredictedLabel"), beside.Transform(_test).GetColumn<bool>("PredictedLabel"));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Features", true)]
    public void The_default_column_may_be_absent_with_a_warning_and_null_says_so_without(string? features, bool warns)
    {
        List<string> warnings = [];
        _ml.Log += (_, message) =>
            { if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.RawMessage); };
        var options = Options(Preset.Plain, nameof(Piece.IsAbove));
        (options.FeatureColumnName, options.NumberOfIterations) = (features, 1);
        Chain(options).Fit(_train);

        Assert.Equal(warns, warnings.Any(
            text => text.Contains("FeatureColumnName", StringComparison.Ordinal) && text.Contains("ColourKey", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_column_of_features_that_was_named_must_be_there()
    {
        var options = Options(Preset.Plain, nameof(Piece.IsAbove));
        options.FeatureColumnName = "Sizes";
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => Chain(options).Fit(_train));
        Assert.Contains("feature column 'Sizes'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'ColourKey'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_features_nor_categories_is_an_error_that_names_both_options()
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(
            "FeatureColumnName", () => new BackpropTrainer(_ml, new BackpropTrainer.Options { FeatureColumnName = null }));
        Assert.Contains("CategoricalFeatureColumnNames", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DataCaching.Auto)]
    [InlineData(DataCaching.Stream)]
    public void Cross_validation_validation_rows_streaming_and_warm_starts_work(DataCaching caching)
    {
        var options = Options(Preset.Plain, nameof(Piece.Value));
        (options.NumberOfIterations, options.Caching, options.ValidationFraction) = (3, caching, 0.2);
        var folds = _ml.Regression.CrossValidate(_train, Chain(options), numberOfFolds: 2, nameof(Piece.Value));
        Assert.All(folds, fold => Assert.True(double.IsFinite(fold.Metrics.RSquared)));

        var prepared = Keys().Fit(_train);
        (IDataView train, IDataView test) = (prepared.Transform(_train), prepared.Transform(_test));
        options.ValidationFraction = 0;
        var trainer = new BackpropTrainer(_ml, options);
        var first = trainer.Fit(train, test);
        var second = trainer.Fit(train, test, first.Model);
        Assert.Equal(first.Model.Network.Network.ToString(), second.Model.Network.Network.ToString());
        Assert.True(trainer.FindLearningRate(train).Valley > 0);
    }

    [Fact]
    public void A_vector_of_many_keys_is_scored_alike_in_rows_and_in_batches()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 40)
            .Select(_ => new Many { Keys = [.. Enumerable.Range(0, 1200).Select(_ => (uint)random.Next(3))], Label = random.NextSingle() })
                .ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            FeatureColumnName = null,
            CategoricalFeatureColumnNames = ["Keys"],
            MaximumOneHotValues = 9,
            HiddenLayers = [2],
            NumberOfIterations = 2,
            Seed = 1
        };
        var model = _ml.Regression.Trainers.Backprop(options).Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<Many, Answer>(model);

        Assert.Equal(model.Transform(data).Scores(), rows.Select(row => engine.Predict(row).Score).ToArray(), (a, b) =>
            Math.Abs(a - b) <= 1e-5f);
    }

    [Fact]
    public void The_importance_of_categories_is_measured_by_ours_and_refused_by_MLNETs()
    {
        var options = Options(Preset.Plain, nameof(Piece.Value));
        options.NumberOfIterations = 40;
        var model = Chain(options).Fit(_train);
        var data = Keys().Fit(_train).Transform(_train);

        var problem = Assert.ThrowsAny<Exception>(
            () => _ml.Regression.PermutationFeatureImportance((ITransformer)model.LastTransformer, data, nameof(Piece.Value)));
        Assert.IsAssignableFrom<ArgumentException>(problem.GetBaseException());
        var report = _ml.Regression.ColumnImportance(model, data);
        Assert.Equal(["ColourKey", "ShapeKey"], report.Columns.Select(column => column.Name).Order(StringComparer.Ordinal));
        Assert.All(report.Columns, column => Assert.True(column.Interval().Lower > 0.1));
    }

    [Fact]
    public void Scoring_without_a_category_names_the_column_and_those_that_there_are()
    {
        var options = Options(Preset.Plain, nameof(Piece.Value));
        options.NumberOfIterations = 1;
        var model = Chain(options).Fit(_train).LastTransformer;
        foreach (var action in new Action[] { () => model.Transform(_test), () => model.GetOutputSchema(_test.Schema) })
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(action);
            Assert.Contains("category column 'ColourKey'", problem.Message, StringComparison.Ordinal);
            Assert.Contains("'Colour'", problem.Message, StringComparison.Ordinal);
        }
    }

    private static BackpropTrainer.Options Options(Preset preset, string label) => new()
    {
        Preset = preset,
        LabelColumnName = label,
        CategoricalFeatureColumnNames = ["ColourKey", "ShapeKey"],
        LearningRate = 0.01,
        Seed = 1,
    };

    private ValueToKeyMappingEstimator Keys() =>
        _ml.Transforms.Conversion.MapValueToKey(
            [new("ColourKey", nameof(Piece.Colour)), new("ShapeKey", nameof(Piece.Shape)), new("KindKey", nameof(Piece.Kind))]);

    private EstimatorChain<BackpropTransformer> Chain(BackpropTrainer.Options options) => Keys().Append(new BackpropTrainer(_ml, options));

    private sealed class Piece
    {
        public string Colour { get; set; } = "";

        public string Shape { get; set; } = "";

        public string Kind { get; set; } = "";

        public bool IsAbove { get; set; }

        public float Value { get; set; }

        public static IDataView Many(MLContext ml, int count, int seed)
        {
            var random = new Random(seed);
            return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ =>
            {
                int colour = random.Next(Colours), shape = random.Next(Shapes);
                return new Piece
                {
                    Colour = $"colour {colour}",
                    Shape = $"shape {shape}",
                    IsAbove = colour > shape,
                    Kind = $"kind {Math.Sign(colour - shape)}",
                    Value = colour * shape
                };
            }).ToArray());
        }
    }

    private sealed class Many
    {
        [KeyType(3), VectorType(1200)]
        public uint[] Keys { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed class Answer
    {
        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Empty
    {
    }

    private sealed class One
    {
        [VectorType(1)]
        public float[] Values { get; set; } = [];
    }
}
