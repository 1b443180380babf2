using Backprop.Losses;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class IntervalsGuide() : GuidePage("intervals")
{
    [Fact]
    public void Intervals_cover_what_they_promise()
    {
        var (ml, train, test) = Parcel.Split(train: 300, test: 1000);
        #region intervals-train
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            EnsembleSize = 5,
            KFoldBagging = true,
            PredictionIntervals = new Conformal { Coverage = 0.9 },
            Uncertainty = true,
        };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(options));
        var model = pipeline.Fit(train);

        var scored = model.Transform(test);
        var metrics = ml.Regression.EvaluateIntervals(scored, "Days");
        Console.WriteLine($"coverage {metrics.Coverage:F2}, mean width {metrics.MeanWidth:F2} days");
        #endregion
        #region intervals-engine
        var engine = ml.Model.CreatePredictionEngine<Parcel, Estimate>(model);
        var parcel = new Parcel { Weight = 5, Distance = 500, Stops = 2 };
        var estimate = engine.Predict(parcel);
        Console.WriteLine(
            $"{estimate.Score:F1} days, between {estimate.Interval[0]:F1} and {estimate.Interval[1]:F1}; " +
            $"the members differ by {estimate.Uncertainty:F2}");
        #endregion
        Assert.InRange(metrics.Coverage, 0.87, 0.96);
        AssertPrinted();
    }

    [Fact]
    public void Sets_have_the_classes_that_are_possible()
    {
        var (ml, train, test) = Parcel.Split(train: 300, test: 1000);
        #region intervals-sets
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Service"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                PredictionIntervals = new Conformal { Coverage = 0.95, HeldOutFraction = 0.2 },
            }));
        var scored = pipeline.Fit(train).Transform(test);

        var metrics = ml.MulticlassClassification.EvaluatePredictionSets(scored);
        Console.WriteLine($"coverage {metrics.Coverage:F2}, {metrics.MeanSize:F2} classes in a set, one class in {metrics.SingleShare:F2}");
        #endregion
        Assert.InRange(metrics.Coverage, 0.9, 1);
        AssertPrinted();
    }

    [Fact]
    public void Quantiles_lead_to_intervals_of_different_widths()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 1000);
        #region intervals-quantiles
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Cost",
                LossFunction = new PinballLoss { Quantiles = [0.05, 0.5, 0.95] },
                PredictionIntervals = new Conformal { Coverage = 0.9, HeldOutFraction = 0.2 },
            }));
        var scored = pipeline.Fit(train).Transform(test);
        #endregion
        var metrics = ml.Regression.EvaluateIntervals(scored, "Cost");
        Assert.InRange(metrics.Coverage, 0.85, 0.97);
        var widths = scored.GetColumn<float[]>("Interval").Select(ends => ends[1] - ends[0]).ToArray();
        Assert.True(widths.Max() > 1.2 * widths.Min());
    }

    private sealed class Estimate
    {
        public float Score { get; set; }

        public float[] Interval { get; set; } = [];

        public float Uncertainty { get; set; }
    }
}
