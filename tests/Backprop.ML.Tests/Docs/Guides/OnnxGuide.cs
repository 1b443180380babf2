using Backprop.ML.Tests.Export;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public sealed class OnnxGuide() : GuidePage("onnx"), IDisposable
{
    private const string PipelineFile = "pipeline.onnx", NetworkFile = "network.onnx";

    public void Dispose()
    {
        File.Delete(PipelineFile);
        File.Delete(NetworkFile);
    }

    [Fact]
    public void Both_files_give_the_probabilities_of_the_model()
    {
        var (ml, train, test) = Parcel.Split(train: 60);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "IsLate", NumberOfIterations = 5 };
        var model = ml.Transforms.Concatenate("Features", "Weight", "Distance")
            .Append(ml.BinaryClassification.Trainers.Backprop(options)).Fit(train);
        #region pipeline
        var inputs = ml.Transforms.SelectColumns("Weight", "Distance").Fit(train).Transform(train);
        using (var file = File.Create("pipeline.onnx")) ml.Model.ConvertToOnnx(model, ml.Data.Cache(inputs), file);
        #endregion
        #region network
        using (var file = File.Create("network.onnx")) model.LastTransformer.Model.SaveAsOnnx(file);
        #endregion
        float[] expected = [.. model.Transform(test).GetColumn<float>("Probability")];
        float[] weights = [.. test.GetColumn<float>("Weight")], distances = [.. test.GetColumn<float>("Distance")];

        using var pipeline = new OnnxRun(stream => stream.Write(File.ReadAllBytes(PipelineFile)));
        var ofPipeline = pipeline.Run(OnnxRun.Tensor("Weight", weights, 1), OnnxRun.Tensor("Distance", distances, 1));
        Assert.InRange(Agreement.Largest(expected, (float[])ofPipeline["Probability.output"]), 0, 1e-5);

        using var network = new OnnxRun(stream => stream.Write(File.ReadAllBytes(NetworkFile)));
        float[] features = [.. weights.Zip(distances, (weight, distance) => new[] { weight, distance }).SelectMany(row => row)];
        var ofNetwork = network.Run(OnnxRun.Tensor("features", features, 2));
        Assert.InRange(Agreement.Largest(expected, (float[])ofNetwork["predictions"]), 0, 1e-5);
    }
}
