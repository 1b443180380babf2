using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class MultiLabelClassificationGuide() : GuidePage("multi-label-classification")
{
    [Fact]
    public void It_trains_and_evaluates_every_label()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 200);
        #region labels-train
        var pipeline = ml.Transforms.Concatenate("Labels", "IsLate", "IsDamaged")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.MulticlassClassification.Trainers.Backprop("Labels", hiddenLayers: [32, 32]));
        var model = pipeline.Fit(train);

        var metrics = ml.MulticlassClassification.EvaluateMultiLabel(model.Transform(test), "Labels");
        foreach (var label in metrics.Labels)
            Console.WriteLine($"{label.Name}: F1 {label.F1Score:F2}, AUC {label.AreaUnderRocCurve:F2}");
        Console.WriteLine($"all labels right {metrics.SubsetAccuracy:F2}, Hamming loss {metrics.HammingLoss:F2}");
        #endregion
        #region labels-threshold
        var careful = model.LastTransformer.WithThresholds([0.5f, 0.2f]);
        var same = model.LastTransformer.WithThreshold(0.2f);
        #endregion
        Assert.InRange(metrics.MacroAreaUnderRocCurve, 0.8, 1);
        Assert.Equal([0.5f, 0.2f], careful.Thresholds);
        Assert.Equal([0.2f, 0.2f], same.Thresholds);
        AssertPrinted();
    }

    [Fact]
    public void Every_label_has_a_threshold_and_weights()
    {
        var (ml, train, _) = Parcel.Split(train: 100);
        #region labels-options
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Labels",
            HiddenLayers = [16],
            ValidationFraction = 0.3,
            ThresholdMetric = new F1Score(),
            ClassWeights = ClassWeights.ByName(("IsDamaged", 5)),
            EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() },
        };
        var trainer = ml.MulticlassClassification.Trainers.Backprop(options);
        #endregion
        options.NumberOfIterations = 5;
        var model = ml.Transforms.Concatenate("Labels", "IsLate", "IsDamaged")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(options)).Fit(train).LastTransformer;
        Assert.NotEqual(model.Thresholds[0], model.Thresholds[1]);
        Assert.NotNull(trainer);
    }

    #region labels-prediction
    internal sealed class LabelsPrediction
    {
        public bool[] PredictedLabel { get; set; } = [];
        public float[] Probability { get; set; } = [];
        public float[] Score { get; set; } = [];
    }
    #endregion

    [Fact]
    public void Predictions_are_vectors()
    {
        var (ml, train, _) = Parcel.Split(train: 40);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Labels", NumberOfIterations = 2 };
        var model = ml.Transforms.Concatenate("Labels", "IsLate", "IsDamaged")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(options)).Fit(train);
        using var engine = ml.Model.CreatePredictionEngine<Parcel, LabelsPrediction>(model);
        var prediction = engine.Predict(new Parcel { Weight = 2 });
        Assert.Equal(
            (2, 2, 2), (prediction.PredictedLabel.Length, prediction.Probability.Length, prediction.Score.Length));
    }
}
