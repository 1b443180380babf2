using Backprop.ML.Tests.EndToEnd;
using Backprop.Optimizers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Unusual numbers of classes: one, two, and another one at every <c>Fit</c>.</summary>
public class ClassCountTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_key_with_one_value_is_always_predicted()
    {
        var data = Keyed(EdgeRows.Make(10), _ => "only");
        var scored = EdgeRows.Trainer(_ml, "Key").Fit(data).Transform(data);
        Assert.All(scored.GetColumn<float[]>("Score"), score => Assert.Equal([1f], score));
        Assert.All(scored.GetColumn<uint>("PredictedLabel"), predicted => Assert.Equal(1u, predicted));
    }

    [Theory]
    [InlineData("Key", "'only'")]
    [InlineData(nameof(EdgeRow.Flag), "'True'")]
    public void One_class_alone_is_a_warning_that_says_what_to_check(string label, string found)
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        var rows = EdgeRows.Make(20).Select(row => row with { Flag = true }).ToArray();
        var data = label == "Key" ? Keyed(rows, _ => "only") : _ml.Data.LoadFromEnumerable(rows);
        EdgeRows.Trainer(_ml, label).Fit(data);
        var warning = Assert.Single(warnings);
        Assert.StartsWith($"All 20 training rows have the label {found} in column '{label}'", warning, StringComparison.Ordinal);
        Assert.Contains("Add rows with other labels", warning, StringComparison.Ordinal);
    }

    // Without hidden layers both have one minimum, and it is the same.
    [Fact]
    public void Two_classes_are_what_binary_classification_finds()
    {
        var points = Point.Clouds(rows: 300, seed: 8);
        var raw = _ml.Data.LoadFromEnumerable(points);
        var data = _ml.Transforms.Conversion.MapValueToKey("Key", nameof(Point.Label)).Fit(raw).Transform(raw);
        Assert.False(points[0].Label); // so that class 1 is false, and class 2 is true

        var binary = _ml.BinaryClassification.Trainers.Backprop(Converging(nameof(Point.Label))).Fit(data).Transform(data);
        var multiclass = _ml.MulticlassClassification.Trainers.Backprop(Converging("Key")).Fit(data).Transform(data);

        float[] expected = [.. binary.GetColumn<float>("Probability")];
        Assert.All(multiclass.GetColumn<float[]>("Score").Zip(expected), row => Assert.Equal(row.Second, row.First[1], tolerance: 1e-5f));
        Assert.Equal(
            _ml.BinaryClassification.Evaluate(binary, nameof(Point.Label)).Accuracy,
                _ml.MulticlassClassification.Evaluate(multiclass, "Key").MicroAccuracy, tolerance: 1e-12);
    }

    [Fact]
    public void One_trainer_can_be_fitted_to_another_number_of_classes_every_time()
    {
        var trainer = EdgeRows.Trainer(_ml, "Key");
        foreach (var classes in new[] { 3, 4, 2, 3 })
        {
            var data = Keyed(EdgeRows.Make(24), index => $"class {index % classes}");
            var scores = EdgeRows.Scores(trainer.Fit(data).Transform(data));
            Assert.All(scores, score => Assert.Equal(classes, score.Length));
            Assert.Equal(EdgeRows.Scores(EdgeRows.Trainer(_ml, "Key").Fit(data).Transform(data)), scores);
        }
    }

    private IDataView Keyed(EdgeRow[] rows, Func<int, string> name)
    {
        var data = _ml.Data.LoadFromEnumerable(rows.Select(row => new Named(row.Features, name(row.Index))));
        return _ml.Transforms.Conversion.MapValueToKey("Key", nameof(Named.Name)).Fit(data).Transform(data);
    }

    private static BackpropTrainer.Options Converging(string label) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        HiddenLayers = [],
        Optimizer = new Sgd(),
        LearningRate = 1,
        NumberOfIterations = 1000,
        BatchSize = BackpropTrainer.FullBatch,
    };

    private sealed class Named(float[] features, string name)
    {
        [VectorType(EdgeRows.FeatureCount)]
        public float[] Features => features;

        public string Name => name;
    }
}
