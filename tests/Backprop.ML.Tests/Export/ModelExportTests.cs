using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Export;

/// <summary>The network of a model by itself: features and key values in, predictions out, and names in the metadata.</summary>
public class ModelExportTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData("KindKey"), InlineData(nameof(ExportRow.Flag)), InlineData(nameof(ExportRow.Value))]
    public void Predictions_agree_also_for_missing_numbers_and_unknown_categories(string label)
    {
        var (model, featurization) = Fit(label);
        var unseen = featurization.Transform(
            _ml.Data.LoadFromEnumerable(ExportInput.Many<ExportInput>(1000, 2, "Bern", "Oslo", "Rome", "Paris")));
        using var onnx = new OnnxRun(model.Model.SaveAsOnnx);
        Assert.Equal(["features", "CityKey"], onnx.Inputs);
        Assert.Equal(["scores", "predictions"], onnx.Outputs);

        float[] features = [.. unseen.GetColumn<VBuffer<float>>("Features").SelectMany(row => row.DenseValues())];
        long[] keys = [.. unseen.GetColumn<uint>("CityKey").Select(key => (long)key)];
        Assert.Contains(0, keys);
        var results = onnx.Run(OnnxRun.Tensor("features", features, 2), OnnxRun.Tensor("CityKey", keys, 1));
        var scored = model.Transform(unseen);
        float[] expected = label switch
        {
            "KindKey" => [.. scored.GetColumn<VBuffer<float>>("Score").SelectMany(row => row.DenseValues())],
            nameof(ExportRow.Flag) => [.. scored.GetColumn<float>("Probability")],
            _ => [.. scored.GetColumn<float>("Score")],
        };
        Assert.InRange(Agreement.Largest(expected, (float[])results["predictions"]), 0, 1e-5);
    }

    [Fact]
    public void The_metadata_has_producer_task_preset_and_names()
    {
        using var onnx = new OnnxRun(Fit("KindKey").Model.Model.SaveAsOnnx);
        Assert.Equal("Backprop.ML", onnx.Metadata.ProducerName);
        var facts = onnx.Metadata.CustomMetadataMap;
        Assert.Equal("MulticlassClassification", facts["task"]);
        Assert.Equal("Plain", facts["preset"]);
        Assert.Equal("SoftmaxCrossEntropy { LabelSmoothing = 0 }", facts["loss"]);
        Assert.Equal("""["Area","Rent"]""", facts["feature_names"]);
        Assert.Equal(["large", "middle", "small"], Names(facts["class_names"]).Order());
        Assert.Equal(["Bern", "Oslo", "Rome"], Names(facts["values_of_CityKey"]).Order());

        static string[] Names(string json) => System.Text.Json.JsonSerializer.Deserialize<string[]>(json)!;
    }

    // The graph would have two tensors of one name.
    [Theory, InlineData("features"), InlineData("scores"), InlineData("predictions")]
    public void A_column_with_the_name_of_a_tensor_is_refused(string name)
    {
        var model = Fit(nameof(ExportRow.Value)).Model.WithHiddenLayer(-1, name).Model;
        var problem = Assert.Throws<NotSupportedException>(() => model.SaveAsOnnx(new MemoryStream()));
        Assert.Contains($"'{name}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_is_needed() =>
        Assert.Throws<ArgumentNullException>(() => Fit(nameof(ExportRow.Value)).Model.Model.SaveAsOnnx(null!));

    private (BackpropTransformer Model, ITransformer Featurization) Fit(string label)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            CategoricalFeatureColumnNames = ["CityKey"],
            MissingValues = Layers.MissingValues.Mean,
            HiddenLayers = [8],
            NumberOfIterations = 5,
            Seed = 1,
        };
        var data = ExportRow.Training(_ml);
        var featurization = ExportRow.Featurization(_ml).Fit(data);
        return (new BackpropTrainer(_ml, options).Fit(featurization.Transform(data)), featurization);
    }
}
