using Backprop.Losses;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class BinaryClassificationGuide() : GuidePage("binary-classification")
{
    [Fact]
    public void It_trains_evaluates_and_predicts()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 200);
        #region binary-train
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop("IsLate", hiddenLayers: [32, 32]));
        var model = pipeline.Fit(train);

        var metrics = ml.BinaryClassification.Evaluate(model.Transform(test), "IsLate");
        Console.WriteLine($"AUC {metrics.AreaUnderRocCurve:F2}, accuracy {metrics.Accuracy:F2}, log-loss {metrics.LogLoss:F2} bits");
        #endregion
        #region binary-predict
        using var engine = ml.Model.CreatePredictionEngine<Parcel, LatePrediction>(model);
        var answer = engine.Predict(new Parcel { Weight = 2, Distance = 900, Stops = 4 });
        Console.WriteLine($"late: {answer.PredictedLabel}, probability {answer.Probability:F2}");
        #endregion
        Assert.InRange(metrics.AreaUnderRocCurve, 0.8, 1);
        AssertPrinted();
    }

    [Fact]
    public void Another_loss_is_one_option()
    {
        var (ml, train, test) = Parcel.Split(train: 60);
        var features = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train);
        #region binary-loss
        var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsLate",
            LossFunction = new FocalLoss { Gamma = 2, Alpha = null },
        });
        #endregion
        var scored = trainer.Fit(features.Transform(train)).Transform(features.Transform(test));
        var metrics = ml.BinaryClassification.Evaluate(scored, "IsLate");
        Assert.InRange(metrics.AreaUnderRocCurve, 0.8, 1);
    }

    [Fact]
    public void A_label_of_text_is_refused()
    {
        var (ml, train, _) = Parcel.Split(train: 20);
        var pipeline = ml.Transforms.Concatenate("Features", "Weight").Append(ml.BinaryClassification.Trainers.Backprop("Service"));
        AssertQuoted(Assert.ThrowsAny<Exception>(() => pipeline.Fit(train)).Message);
    }

    #region binary-prediction
    internal sealed class LatePrediction
    {
        public bool PredictedLabel { get; set; }
        public float Probability { get; set; }
        public float Score { get; set; }
    }
    #endregion
}
