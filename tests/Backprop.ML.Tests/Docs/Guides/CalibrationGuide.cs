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
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options));
        var model = pipeline.Fit(train);
        Console.WriteLine($"temperature {model.LastTransformer.Model.Network.Temperature:F2}");
        #endregion
        #region calibration-table
        var scored = model.Transform(test);
        var rows = scored.GetColumn<float>("Probability").Zip(scored.GetColumn<bool>("IsLate"));
        foreach (var bin in rows.GroupBy(row => Math.Min(4, (int)(5 * row.First))).OrderBy(bin => bin.Key))
            Console.WriteLine($"predicted {bin.Average(row => row.First):F2}, late {bin.Average(row => row.Second ? 1 : 0):F2}");
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
