using Backprop.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class RegressionGuide() : GuidePage("regression")
{
    [Fact]
    public void It_trains_and_evaluates()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 200);
        #region regression-train
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop("Days", hiddenLayers: [32, 32]));
        var model = pipeline.Fit(train);

        var metrics = ml.Regression.Evaluate(model.Transform(test), "Days");
        Console.WriteLine($"RMSE {metrics.RootMeanSquaredError:F2} days, R² {metrics.RSquared:F2}");
        #endregion
        Assert.InRange(metrics.RSquared, 0.5, 1);
        AssertPrinted();
    }

    [Fact]
    public void Quantiles_are_slots_of_the_score()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 200);
        #region regression-quantiles
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Days",
                LossFunction = new PinballLoss { Quantiles = [0.1, 0.5, 0.9] },
                ValidationFraction = 0.2,
            }));
        var scored = pipeline.Fit(train).Transform(test);

        var intervals = scored.GetColumn<float[]>("Score").ToArray();
        var inside = scored.GetColumn<float>("Days").Zip(intervals).Count(row => row.First >= row.Second[0] && row.First <= row.Second[2]);
        Console.WriteLine($"{(double)inside / intervals.Length:F2} of the labels are between the quantiles 0.1 and 0.9");
        #endregion
        Assert.InRange((double)inside / intervals.Length, 0.6, 0.95);
        Assert.Contains(" of the labels are between the quantiles 0.1 and 0.9", Console.Text, StringComparison.Ordinal);
        AssertPrinted();
    }

    [Fact]
    public void A_label_that_the_loss_does_not_allow_is_refused()
    {
        var ml = new MLContext(seed: 1);
        var rows = Parcel.Many(20);
        rows[3].Days = -1;
        var trainer = ml.Transforms.Concatenate("Features", "Weight").Append(ml.Regression.Trainers.Backprop(
            new BackpropTrainer.Options { LabelColumnName = "Days", LossFunction = new PoissonLoss() }));
        AssertQuoted(Assert.ThrowsAny<Exception>(() => trainer.Fit(ml.Data.LoadFromEnumerable(rows))).Message);
    }

    [Fact]
    public void Predictions_stay_within_the_labels_unless_told_otherwise()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var far = ml.Data.LoadFromEnumerable(new[] { new Parcel { Weight = 10, Distance = 5000, Stops = 5 } });
        Assert.Equal(train.GetColumn<float>("Days").Max(), Predict(new BackpropTrainer.Options()), 1e-3f);
        Assert.NotEqual(train.GetColumn<float>("Days").Max(), Predict(new BackpropTrainer.Options { ClampPredictions = false }), 0.05f);

        float Predict(BackpropTrainer.Options options)
        {
            (options.LabelColumnName, options.EnsembleSize, options.HiddenLayers, options.NumberOfIterations) = ("Days", 2, [32], 40);
            options.Seed = 1;
            return ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Append(ml.Regression.Trainers.Backprop(options))
                .Fit(train).Transform(far).GetColumn<float>("Score").Single();
        }
    }
}
