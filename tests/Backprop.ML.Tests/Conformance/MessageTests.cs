using Backprop.ML.Tests.Scenarios;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>An error says what was found, where, and what to do.</summary>
public class MessageTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(new float[0], "Row 2 has 0 values in column 'Features', but it must have 3")]
    [InlineData(new[] { 1f, 2 }, "Row 2 has 2 values in column 'Features', but it must have 3")]
    public void A_row_of_features_of_another_length_is_named_in_training_and_in_scoring(float[] features, string words)
    {
        var good = Enumerable.Range(0, 5).Select(i => new Line { Label = i, Features = [i, 1, i * i] }).ToArray();
        Line[] bad = [good[0], good[1], new Line { Features = features }, good[3]];
        Assert.Contains(words, Assert.ThrowsAny<Exception>(() => Trainer().Fit(_ml.Data.LoadFromEnumerable(bad))).GetBaseException()
            .Message, StringComparison.Ordinal);

        var model = Trainer().Fit(_ml.Data.LoadFromEnumerable(good));
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(bad));
        Assert.Contains(words, Assert.ThrowsAny<Exception>(() => scored.Scores()).GetBaseException().Message, StringComparison.Ordinal);
        using var engine = _ml.Model.CreatePredictionEngine<Line, Answer>(model);
        var single = Assert.ThrowsAny<Exception>(() => engine.Predict(bad[2])).GetBaseException();
        Assert.Contains("column 'Features', but it must have 3", single.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Classic")]
    [InlineData("Default")]
    public void Values_too_large_for_single_precision_are_named_with_column_and_slot(string preset)
    {
        var random = new Random(1);
        Line Make(int i) => new() { Label = random.NextSingle(), Features = [random.NextSingle(), i % 2 == 0 ? 3e38f : -3e38f, 1] };
        var trainer = Trainer(Preset.All.Single(each => each.Name == preset));

        var problem = Assert.Throws<TrainingDivergedException>(
            () => trainer.Fit(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(Make).ToArray())));
        Assert.Contains("3E+38 in slot 1 of column 'Features'", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LearningRate", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_is_too_large_is_named()
    {
        var lines = Enumerable.Range(0, 60).Select(i => new Line { Label = i == 7 ? 1e30f : i, Features = [i, 1, 2] });
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, NormalizeLabel = false, NumberOfIterations = 5, Seed = 1 };
        var problem = Assert.Throws<TrainingDivergedException>(
            () => new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(lines)));
        Assert.Contains("1E+30 in column 'Label'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label", "LABEL", "did you mean 'Label'?")]
    [InlineData("label", "Price", "LabelColumnName is the name of the column to predict")]
    [InlineData("feature", "Sizes", "ml.Transforms.Concatenate")]
    [InlineData("category", "Town", "MapValueToKey")]
    [InlineData("weight", "Importance", "'Label', 'Features'")]
    [InlineData("sampling key", "Group", "'Label', 'Features'")]
    public void A_missing_column_of_any_role_is_answered_with_the_columns_that_there_are(string role, string name, string hint)
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Line { Features = [1, 2, 3] }, new Line { Features = [1, 2, 3] } });
        var options = new BackpropTrainer.Options { Preset = Preset.Plain };
        if (role == "label") options.LabelColumnName = name;
        if (role == "feature") options.FeatureColumnName = name;
        if (role == "category") options.CategoricalFeatureColumnNames = [name];
        if (role == "weight") options.ExampleWeightColumnName = name;
        if (role == "sampling key") (options.SamplingKeyColumnName, options.ValidationFraction) = (name, 0.5);
        var trainer = new BackpropTrainer(_ml, options);

        Action[] actions =
        [
            () => trainer.GetOutputSchema(SchemaText.Shape(data.Schema)),
            () => trainer.Fit(data),
            () => ((IEstimator<ITransformer>)trainer).Fit(data),
            () => trainer.FindLearningRate(data),
        ];
        foreach (var action in actions)
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(action);
            Assert.Contains($"{role} column '{name}'", problem.Message, StringComparison.Ordinal);
            Assert.Contains("'Label', 'Features'", problem.Message, StringComparison.Ordinal);
            Assert.Contains(hint, problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("binary", "MapValue.")]
    [InlineData("multiclass", "MapValueToKey creates a key")]
    [InlineData("regression", "ConvertType")]
    public void A_label_of_texts_is_answered_with_the_transform_that_helps(string task, string hint)
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Text(), new Text() });
        BackpropTrainer trainer = task switch
        {
            "binary" => _ml.BinaryClassification.Trainers.Backprop("Word"),
            "multiclass" => _ml.MulticlassClassification.Trainers.Backprop("Word"),
            _ => _ml.Regression.Trainers.Backprop("Word"),
        };
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data));
        Assert.Contains("label column 'Word': expected", problem.Message, StringComparison.Ordinal);
        Assert.Contains("got String", problem.Message, StringComparison.Ordinal);
        Assert.Contains(hint, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_that_are_texts_are_answered_with_the_transforms_that_help()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Text(), new Text() });
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, "Label", "Word").Fit(data));
        Assert.Contains("feature column 'Word': expected Vector<Single>, got String", problem.Message, StringComparison.Ordinal);
        Assert.Contains("OneHotEncoding", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(float.PositiveInfinity, false)]
    public void Labels_that_are_all_missing_may_be_texts(float label, bool mayBeText)
    {
        var lines = Enumerable.Range(0, 10).Select(i => new Line { Label = label, Features = [i, 1, 2] });
        var problem = Assert.Throws<InvalidOperationException>(() => Trainer().Fit(_ml.Data.LoadFromEnumerable(lines)));
        Assert.Contains("All 10 rows were skipped", problem.Message, StringComparison.Ordinal);
        Assert.Equal(mayBeText, problem.Message.Contains("reads text in a column of Single as missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_many_columns_the_first_twenty_are_listed_and_the_others_counted()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Line { Features = [1, 2, 3] } });
        for (var i = 0; i < 30; i++) data = _ml.Transforms.CopyColumns($"Column{i}", "Label").Fit(data).Transform(data);
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, "Absent").Fit(data));
        Assert.Contains("'Column17' and 12 others", problem.Message, StringComparison.Ordinal);
    }

    private BackpropTrainer Trainer(Preset? preset = null) =>
        new(_ml, new BackpropTrainer.Options { Preset = preset ?? Preset.Plain, HiddenLayers = [4], NumberOfIterations = 2, Seed = 1 });

    private sealed class Line
    {
        public float Label { get; set; }

        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Text
    {
        public float Label { get; set; }

        public string Word { get; set; } = "word";

        [VectorType(3)]
        public float[] Features { get; set; } = [1, 2, 3];
    }

    private sealed class Answer
    {
        public float Score { get; set; }
    }
}
