using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Tests.Scenarios;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Backprop.ML.Tests.Export;

/// <summary>Whole pipelines, converted by ML.NET's converter: ONNX Runtime computes the columns that the pipeline computes.</summary>
public class PipelineExportTests
{
    private const double Tolerance = 1e-5;

    private static readonly string[] Labels =
        [nameof(ExportRow.Flag), "KindKey", nameof(ExportRow.Value), nameof(ExportRow.Values), nameof(ExportRow.Flags)];

    private static readonly string[] Exported =
        ["Score", "Probability", "PredictedLabel", "Interval", "PredictionSet", "Uncertainty", "First", "Last"];

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, string> PresetsAndLabels
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var preset in Preset.All)
                foreach (var label in Labels)
                    if (preset.Name is "Default" or "Best" || label is "KindKey" or nameof(ExportRow.Value)) data.Add(preset.Name, label);
            return data;
        }
    }

    public static TheoryData<string, bool, string> LabelsAndHoldOuts
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var label in Labels)
                foreach (var isBagged in (bool[])[true, false]) data.Add(label, isBagged, "");
            data.Add(nameof(ExportRow.Value), true, nameof(PinballLoss));
            data.Add(nameof(ExportRow.Value), true, nameof(GaussianNegativeLogLikelihood));
            return data;
        }
    }

    private IDataView Unseen => _ml.Data.LoadFromEnumerable(ExportInput.Many<ExportInput>(1000, 2, "Bern", "Oslo", "Rome", "Paris"));

    [Theory, MemberData(nameof(PresetsAndLabels))]
    public void Every_preset_and_task(string preset, string label)
    {
        var options = Options(label);
        options.Preset = Preset.All.Single(each => each.Name == preset);
        AssertAgree(Fit(options));
    }

    [Fact]
    public void Quantiles()
    {
        var options = Options(nameof(ExportRow.Value));
        options.LossFunction = new PinballLoss { Quantiles = [0.1, 0.5, 0.9] };
        AssertAgree(Fit(options));
    }

    [Theory, MemberData(nameof(LabelsAndHoldOuts))]
    public void Intervals_sets_and_uncertainty(string label, bool isBagged, string loss)
    {
        var options = Options(label);
        (options.PredictionIntervals, options.Uncertainty) = (new Backprop.Training.Conformal { Coverage = 0.8 }, true);
        (options.KFoldBagging, options.ValidationFraction) = (isBagged, isBagged ? 0 : 0.3);
        options.LossFunction = loss switch
        {
            nameof(PinballLoss) => new PinballLoss { Quantiles = [0.1, 0.9] },
            nameof(GaussianNegativeLogLikelihood) => new GaussianNegativeLogLikelihood(),
            _ => null,
        };
        AssertAgree(Fit(options));
    }

    [Fact]
    public void A_model_that_was_saved_and_loaded()
    {
        var model = Fit(Options("KindKey"));
        AssertAgree((TransformerChain<ITransformer>)_ml.SaveAndLoad(model, Unseen.Schema));
    }

    [Theory, InlineData(nameof(ExportRow.Flag)), InlineData(nameof(ExportRow.Flags))]
    public void Another_threshold_and_missing_features_that_stay_missing(string label)
    {
        var options = Options(label);
        options.Preset = Preset.Plain;
        options.MissingValues = MissingValues.Skip;
        var data = ExportRow.Training(_ml);
        var featurization = ExportRow.Featurization(_ml).Fit(data);
        var network = new BackpropTrainer(_ml, options).Fit(featurization.Transform(data)).WithThreshold(0.3f);
        var chain = new TransformerChain<ITransformer>([featurization, network]);
        AssertAgree(chain);
    }

    [Fact]
    public void A_threshold_for_each_label()
    {
        var data = ExportRow.Training(_ml);
        var featurization = ExportRow.Featurization(_ml).Fit(data);
        var network = new BackpropTrainer(_ml, Options(nameof(ExportRow.Flags))).Fit(featurization.Transform(data))
            .WithThresholds([0.2f, 0.5f, 0.8f]);
        AssertAgree(new TransformerChain<ITransformer>([featurization, network]));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_loss_for_each_target(bool hasQuantiles)
    {
        var options = Options(nameof(ExportRow.Values));
        options.LossFunction = hasQuantiles
            ? new LossPerTarget(new PinballLoss { Quantiles = [0.2, 0.8] }, new GaussianNegativeLogLikelihood())
            : new LossPerTarget(new PoissonLoss(), new SquaredError());
        (options.PredictionIntervals, options.Uncertainty) = (new Backprop.Training.Conformal { Coverage = 0.8 }, true);
        options.KFoldBagging = true;
        AssertAgree(Fit(options));
    }

    [Fact]
    public void Keys_become_the_texts_of_their_classes()
    {
        var model = Fit(Options("KindKey"));
        var scored = model.Transform(Unseen);
        var full = model.Append(_ml.Transforms.Conversion.MapKeyToValue("Word", "PredictedLabel").Fit(scored));
        using var onnx = Convert(full);
        Assert.Equal(
            full.Transform(Unseen).GetColumn<string>("Word"), (string[])onnx.Run(InputsOf(Unseen))["Word.output"]);
    }

    [Fact]
    public void Anomaly_detection()
    {
        var rows = ExportRow.Training(_ml);
        var pipeline = _ml.Transforms.Categorical.OneHotEncoding("CityBits", nameof(ExportRow.City))
            .Append(_ml.Transforms.Concatenate("Features", nameof(ExportRow.Area), nameof(ExportRow.Rent), "CityBits"))
            .Append(_ml.AnomalyDetection.Trainers.Backprop(new BackpropTrainer.Options { NumberOfIterations = 3, Seed = 1 }));
        AssertAgree(pipeline.Fit(rows));
    }

    [Theory]
    [InlineData("KindKey", 1)]
    [InlineData(nameof(ExportRow.Flag), 3)]
    [InlineData(nameof(ExportRow.Values), 3)]
    public void Hidden_layers(string label, int members)
    {
        var options = Options(label);
        (options.HiddenLayers, options.EnsembleSize) = ([8, 5], members);
        var chain = Fit(options);
        var model = ((BackpropTransformer)chain.LastTransformer).WithHiddenLayer(1, "First").WithHiddenLayer(-1, "Last");
        AssertAgree(new TransformerChain<ITransformer>([.. chain.SkipLast(1), model]));
    }

    [Fact]
    public void A_custom_loss_is_named()
    {
        var options = Options(nameof(ExportRow.Value));
        options.Preset = Preset.Plain;
        options.LossFunction = new Lopsided(0.2);
        var model = Fit(options);
        var error = Assert.Throws<NotSupportedException>(() => Convert(model));
        Assert.Contains(nameof(Lopsided), error.Message);
    }

    private static BackpropTrainer.Options Options(string label) => new()
    {
        LabelColumnName = label,
        CategoricalFeatureColumnNames = ["CityKey"],
        HiddenLayers = [8],
        NumberOfIterations = 3,
        ValidationFraction = 0,
        Seed = 1,
    };

    private TransformerChain<ITransformer> Fit(BackpropTrainer.Options options)
    {
        var data = ExportRow.Training(_ml);
        var featurization = ExportRow.Featurization(_ml).Fit(data);
        return new TransformerChain<ITransformer>([featurization, new BackpropTrainer(_ml, options).Fit(featurization.Transform(data))]);
    }

    private OnnxRun Convert(ITransformer model) => new(stream => _ml.Model.ConvertToOnnx(model, Unseen, stream));

    private void AssertAgree(ITransformer model)
    {
        using var onnx = Convert(model);
        var theirs = onnx.Run(InputsOf(Unseen));
        var scored = model.Transform(Unseen);
        foreach (var column in scored.Schema.Where(column => Exported.Contains(column.Name)))
        {
            var values = theirs[$"{column.Name}.output"];
            switch (values)
            {
                case float[] numbers:
                    var difference = Agreement.Largest(NumbersOf(scored, column), numbers);
                    Assert.True(difference <= Tolerance, $"{column.Name}: {difference}");
                    break;
                case uint[] keys: Assert.Equal([.. scored.GetColumn<uint>(column)], keys); break;
                case bool[] decisions: Assert.Equal(DecisionsOf(scored, column), decisions); break;
                default: throw new NotSupportedException(values.GetType().Name);
            }
        }
    }

    private static float[] NumbersOf(IDataView data, DataViewSchema.Column column) => column.Type is VectorDataViewType
        ? [.. data.GetColumn<VBuffer<float>>(column).SelectMany(row => row.DenseValues())]
        : [.. data.GetColumn<float>(column)];

    private static bool[] DecisionsOf(IDataView data, DataViewSchema.Column column) => column.Type is VectorDataViewType
        ? [.. data.GetColumn<VBuffer<bool>>(column).SelectMany(row => row.DenseValues())]
        : [.. data.GetColumn<bool>(column)];

    private static NamedOnnxValue[] InputsOf(IDataView data) =>
    [
        OnnxRun.Tensor(nameof(ExportInput.Area), data.GetColumn<float>(nameof(ExportInput.Area)).ToArray(), 1),
        OnnxRun.Tensor(nameof(ExportInput.Rent), data.GetColumn<float>(nameof(ExportInput.Rent)).ToArray(), 1),
        OnnxRun.Tensor(nameof(ExportInput.City), data.GetColumn<string>(nameof(ExportInput.City)).ToArray(), 1),
    ];
}
