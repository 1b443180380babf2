using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class ImbalanceAndThresholdsGuide() : GuidePage("imbalance-and-thresholds")
{
    [Fact]
    public void A_threshold_is_chosen_for_F1()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 400);
        #region threshold-train
        var features = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train);
        var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsDamaged",
            HiddenLayers = [16],
            ValidationFraction = 0.3,
            ThresholdMetric = new F1Score(),
        });
        var model = trainer.Fit(features.Transform(train));

        var metrics = ml.BinaryClassification.EvaluatePredictedLabel(model.Transform(features.Transform(test)), "IsDamaged");
        Console.WriteLine($"threshold {model.Threshold:F2} of {model.ThresholdColumnName}:");
        Console.WriteLine($"precision {metrics.PositivePrecision:F2}, recall {metrics.PositiveRecall:F2}");
        #endregion
        #region threshold-set
        const float costOfFalseAlarm = 1, costOfMiss = 9;
        var cautious = model.WithThreshold(costOfFalseAlarm / (costOfFalseAlarm + costOfMiss));

        var found = ml.BinaryClassification.EvaluatePredictedLabel(cautious.Transform(features.Transform(test)), "IsDamaged");
        Console.WriteLine($"threshold {cautious.Threshold:F2} of {cautious.ThresholdColumnName}:");
        Console.WriteLine($"precision {found.PositivePrecision:F2}, recall {found.PositiveRecall:F2}");
        var chain = features.Append(cautious); // to save both steps
        #endregion
        Assert.InRange(train.GetColumn<bool>("IsDamaged").Average(isDamaged => isDamaged ? 1.0 : 0), 0.09, 0.13);
        Assert.NotEqual(0, model.Threshold);
        Assert.Equal(0.1f, cautious.Threshold);
        Assert.InRange(found.PositiveRecall, metrics.PositiveRecall, 1);
        Assert.Equal(2, chain.Count());
        AssertPrinted();
    }

    [Fact]
    public void Balanced_weights_find_more_of_a_rare_class()
    {
        var (ml, train, test) = Parcel.Split(train: 300, test: 300);
        #region balanced
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsDamaged",
            ClassWeights = ClassWeights.Balanced,
        };
        #endregion
        #region balanced-by-name
        options.ClassWeights = ClassWeights.ByName(("True", 5));
        #endregion
        options.HiddenLayers = [8];
        double Recall() => ml.BinaryClassification.Evaluate(
            ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Append(ml.BinaryClassification.Trainers.Backprop(options))
                .Fit(train).Transform(test), "IsDamaged").PositiveRecall;
        var weighted = Recall();
        options.ClassWeights = null;
        Assert.InRange(weighted, Recall(), 1);
    }

    [Fact]
    public void A_threshold_needs_validation_rows()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "IsDamaged", ThresholdMetric = new F1Score() };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight").Append(ml.BinaryClassification.Trainers.Backprop(options));
        AssertQuoted(Assert.ThrowsAny<ArgumentException>(() => pipeline.Fit(train)).Message.Split(" (Parameter")[0]);
    }
}
