using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Output columns, their types and their annotations, beside those of ML.NET's own trainers for the same label.</summary>
public class OutputColumnsTests
{
    private const string Dense = nameof(SampleRow.Dense), Flag = nameof(SampleRow.Flag), Key = nameof(SampleRow.Key),
        Value = nameof(SampleRow.Value);

    private static readonly Dictionary<string, (string Label, Func<MLContext, IEstimator<ITransformer>> Make)> _trainersOfMLNet = new()
    {
        ["LbfgsLogisticRegression"] = (Flag, ml => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Flag, Dense)),
        ["SdcaLogisticRegression"] = (
            Flag, ml => ml.BinaryClassification.Trainers.SdcaLogisticRegression(Flag, Dense, maximumNumberOfIterations: 1)),
        ["LbfgsMaximumEntropy, keys of text"] = (
            "ColorKey", ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("ColorKey", Dense)),
        ["LbfgsMaximumEntropy, keys of numbers"] = (
            "NumberKey", ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("NumberKey", Dense)),
        ["LbfgsMaximumEntropy, keys without values"] = (Key, ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(Key, Dense)),
        ["SdcaMaximumEntropy, keys of text"] = (
            "ColorKey", ml => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("ColorKey", Dense, maximumNumberOfIterations: 1)),
        ["OnlineGradientDescent"] = (Value, ml => ml.Regression.Trainers.OnlineGradientDescent(Value, Dense)),
        ["Sdca"] = (Value, ml => ml.Regression.Trainers.Sdca(Value, Dense, maximumNumberOfIterations: 1)),
        ["LbfgsPoissonRegression"] = (Value, ml => ml.Regression.Trainers.LbfgsPoissonRegression(Value, Dense)),
    };

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public OutputColumnsTests()
    {
        var keys = _ml.Transforms.Conversion.MapValueToKey("ColorKey", nameof(SampleRow.Color))
            .Append(_ml.Transforms.Conversion.MapValueToKey("NumberKey", nameof(SampleRow.Number)));
        _data = keys.Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
    }

    public static TheoryData<string> TrainersOfMLNet() => [.. _trainersOfMLNet.Keys];

    [Theory]
    [MemberData(nameof(TrainersOfMLNet))]
    public void Columns_and_annotations_are_those_of(string trainer)
    {
        var (label, make) = _trainersOfMLNet[trainer];
        Assert.Equal(
            SchemaText.Of(make(_ml).Fit(_data).Transform(_data).Schema), SchemaText.Of(Ours(label).Fit(_data).Transform(_data).Schema));
    }

    [Theory]
    [MemberData(nameof(TrainersOfMLNet))]
    public void Promised_columns_are_those_of(string trainer)
    {
        var (label, make) = _trainersOfMLNet[trainer];
        var input = SchemaText.Shape(_data.Schema);
        Assert.Equal(SchemaText.Of(make(_ml).GetOutputSchema(input)), SchemaText.Of(Ours(label).GetOutputSchema(input)));
    }

    [Theory]
    [MemberData(nameof(TrainersOfMLNet))]
    public void Columns_of_a_second_step_are_those_of_a_second(string trainer)
    {
        var (label, make) = _trainersOfMLNet[trainer];
        var scored = make(_ml).Fit(_data).Transform(_data);
        Assert.Equal(
            SchemaText.Of(make(_ml).Fit(scored).Transform(scored).Schema), SchemaText.Of(Ours(label).Fit(scored).Transform(scored).Schema));
    }

    [Fact]
    public void Score_names_the_classes_in_the_order_of_the_keys()
    {
        var scored = Ours("ColorKey").Fit(_data).Transform(_data);
        string classes = "red green blue", inOrder = string.Join(' ', Cells.Column(_data, nameof(SampleRow.Color)).Distinct());
        Assert.Equal(classes.Split(' ').Order(), inOrder.Split(' ').Order());
        foreach (var kind in new[] { "SlotNames", "TrainingLabelValues" })
            Assert.Equal(inOrder, Cells.Annotation(scored.Schema["Score"].Annotations, scored.Schema["Score"].Annotations.Schema[kind]));
        Assert.Equal(
            inOrder,
            Cells.Annotation(scored.Schema["PredictedLabel"].Annotations, scored.Schema["PredictedLabel"].Annotations.Schema["KeyValues"]));
    }

    [Theory]
    [InlineData("ColorKey", nameof(SampleRow.Color))]
    [InlineData("NumberKey", nameof(SampleRow.Number))]
    public void Predicted_keys_map_back_to_the_values_that_were_learned(string key, string values)
    {
        var options = Samples.Quick(key);
        (options.NumberOfIterations, options.LearningRate) = (400, 0.03);
        var pipeline = new BackpropTrainer(_ml, options).Append(_ml.Transforms.Conversion.MapKeyToValue("Prediction", "PredictedLabel"));
        Assert.Equal(Cells.Column(_data, values), Cells.Column(pipeline.Fit(_data).Transform(_data), "Prediction"));
    }

    [Fact]
    public void Evaluators_of_ML_NET_accept_the_columns()
    {
        Assert.Equal(
            Samples.ClassCount,
            _ml.MulticlassClassification.Evaluate(Ours("ColorKey").Fit(_data).Transform(_data), "ColorKey").PerClassLogLoss.Count);
        Assert.True(double.IsFinite(_ml.BinaryClassification.Evaluate(Ours(Flag).Fit(_data).Transform(_data), Flag).LogLoss));
        Assert.True(double.IsFinite(_ml.Regression.Evaluate(Ours(Value).Fit(_data).Transform(_data), Value).RootMeanSquaredError));
    }

    private BackpropTrainer Ours(string label) => new(_ml, Samples.Quick(label));
}
