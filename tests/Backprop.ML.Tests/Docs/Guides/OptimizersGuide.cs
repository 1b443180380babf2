using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class OptimizersGuide() : GuidePage("optimizers")
{
    [Fact]
    public void Muon_trains()
    {
        var (ml, train, test) = Parcel.Split(train: 200, test: 200);
        #region optimizers-muon
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Cost",
            Optimizer = new Muon(),
            LearningRate = 0.01,
            LearningRateSchedule = new CosineDecay(),
            BatchSize = 16,
        };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(options));
        var model = pipeline.Fit(train);

        var metrics = ml.Regression.Evaluate(model.Transform(test), "Cost");
        Console.WriteLine($"R² {metrics.RSquared:F2}");
        #endregion
        Assert.InRange(metrics.RSquared, 0.9, 1);
        AssertPrinted();
    }

    [Fact]
    public void AdamW_averages()
    {
        var (ml, train, test) = Parcel.Split(train: 200, test: 200);
        #region optimizers-average
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Cost",
            Optimizer = new AdamW(),
            WeightAveraging = new ExponentialMovingAverage { Decay = 0.99 },
            ValidationFraction = 0.2,
            EarlyStopping = new EarlyStopping { Patience = 16 },
        };
        #endregion
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(options));
        Assert.InRange(ml.Regression.Evaluate(pipeline.Fit(train).Transform(test), "Cost").RSquared, 0.9, 1);
    }
}
