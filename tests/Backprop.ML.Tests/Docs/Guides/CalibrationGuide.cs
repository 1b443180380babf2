using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class CalibrationGuide() : GuidePage("calibration")
{
    [Fact]
    public void Probabilities_are_compared_with_shares()
    {
        var (ml, train, test) = Parcel.Split(train: 300, test: 1000);
        #region calibration-train
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsLate",
            LabelSmoothing = 0.1,
            ValidationFraction = 0.2,
            TemperatureScaling = true,
        };
        var preparation = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train);
        var trainer = ml.BinaryClassification.Trainers.Backprop(options);
        var model = preparation.Append(trainer.Fit(preparation.Transform(train)));
        Console.WriteLine($"temperature {model.LastTransformer.Model.Network.Temperature:F2}");
        #endregion
        #region calibration-table
        var calibration = ml.BinaryClassification.EvaluateCalibration(model.Transform(test), "IsLate", numberOfBins: 5);
        foreach (var bin in calibration.Bins)
        {
            var (low, high) = bin.ShareInterval;
            Console.WriteLine($"{bin.Rows} rows: predicted {bin.MeanProbability:F2}, late {bin.PositiveShare:F2} ({low:F2} to {high:F2})");
        }
        Console.WriteLine($"expected calibration error {calibration.ExpectedCalibrationError:F3}, Brier score {calibration.BrierScore:F3}");
        #endregion
        #region calibration-before
        var plain = preparation.Append(model.LastTransformer.WithTemperature(1));
        var before = ml.BinaryClassification.EvaluateCalibration(plain.Transform(test), "IsLate");
        var after = ml.BinaryClassification.EvaluateCalibration(model.Transform(test), "IsLate");
        Console.WriteLine($"expected calibration error without temperature {before.ExpectedCalibrationError:F3}");
        Console.WriteLine($"expected calibration error with temperature {after.ExpectedCalibrationError:F3}");
        #endregion
        Assert.InRange(model.LastTransformer.Model.Network.Temperature, 0.01, 0.95);
        AssertPrinted();
    }

    [Fact]
    public void A_temperature_does_not_change_the_predicted_label()
    {
        var (ml, train, test) = Parcel.Split(train: 100);
        bool[] Labels(bool isScaled)
        {
            var options = new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "IsLate",
                ValidationFraction = 0.2,
                TemperatureScaling = isScaled,
                NumberOfIterations = 5,
                Seed = 1,
            };
            return [.. ml.Transforms.Concatenate("Features", "Weight", "Distance").Append(
                ml.BinaryClassification.Trainers.Backprop(options)).Fit(train).Transform(test).GetColumn<bool>("PredictedLabel")];
        }
        Assert.Equal(Labels(false), Labels(true));
    }
}
