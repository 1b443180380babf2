using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class ValidationAndEarlyStoppingGuide() : GuidePage("validation-and-early-stopping")
{
    [Fact]
    public void A_fraction_of_the_rows_ends_training()
    {
        var (ml, train, _) = Parcel.Split(train: 150);
        #region stopping-fraction
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            NumberOfIterations = 300,
            ValidationFraction = 0.2,
            EarlyStopping = new EarlyStopping { Patience = 10 },
        };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Regression.Trainers.Backprop(options));
        var trained = pipeline.Fit(train).LastTransformer.Model;
        Console.WriteLine($"{trained.History.Count} epochs; the weights are those of epoch {trained.BestEpoch}");
        #endregion
        Assert.InRange(trained.History.Count, 11, 299);
        Assert.Equal(trained.BestEpoch + 10, trained.History.Count);
        AssertPrinted();

        #region stopping-metric
        options.EarlyStopping = new EarlyStopping { Patience = 20, Metric = new MeanAbsoluteError() };
        #endregion
        #region stopping-time
        options.ValidationRows = ValidationRows.Last;
        #endregion
        var last = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Append(ml.Regression.Trainers.Backprop(options));
        Assert.NotNull(last.Fit(train).LastTransformer.Model.History[0].ValidationMetric);
        #region stopping-groups
        options.SamplingKeyColumnName = "Depot";
        #endregion
        var grouped = ml.Transforms.Concatenate("Features", "Weight", "Distance").Append(ml.Regression.Trainers.Backprop(options));
        Assert.NotNull(grouped.Fit(train).LastTransformer.Model.History[0].ValidationLoss);
    }

    [Fact]
    public void Default_can_train_for_all_epochs()
    {
        // Three labels of ten are wrong, so a network that trains long overfits.
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var train = ml.Data.LoadFromEnumerable(Parcel.Many(200).Select(parcel =>
        {
            parcel.IsLate = parcel.Weight > 15 != random.NextDouble() < 0.3;
            return parcel;
        }).ToArray());
        var options = new BackpropTrainer.Options { LabelColumnName = "IsLate", NumberOfIterations = 180, BatchSize = 16, Seed = 1 };
        Assert.InRange(Epochs(), 1, 179);
        #region stopping-all-epochs
        options.EarlyStopping = new EarlyStopping
        {
            Patience = EarlyStopping.Unlimited,
            KeepLastBest = true,
            Metric = new Accuracy(), // of a regression: RootMeanSquaredError
        };
        #endregion
        Assert.Equal(180, Epochs());

        int Epochs() => ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options)).Fit(train).LastTransformer.Model.History.Count;
    }

    [Fact]
    public void Rows_of_your_own_are_passed_to_Fit()
    {
        var (ml, train, validation) = Parcel.Split(train: 60);
        #region stopping-own-rows
        var features = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train);
        var trainer = ml.Regression.Trainers.Backprop(new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Days" });
        var model = trainer.Fit(features.Transform(train), features.Transform(validation));
        #endregion
        Assert.All(model.Model.History, report => Assert.NotNull(report.ValidationLoss));
    }

    [Fact]
    public void Rows_in_a_chain_must_be_prepared()
    {
        var (ml, train, validation) = Parcel.Split(train: 60);
        #region stopping-chain
        var features = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops");
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            ValidationData = features.Fit(train).Transform(validation),
        };
        var model = features.Append(ml.Regression.Trainers.Backprop(options)).Fit(train);
        #endregion
        Assert.NotNull(model.LastTransformer.Model.History[0].ValidationLoss);
    }

    // The cycles end after 8.5, 25.6, 59.7 and 128 epochs; a validation check follows every second epoch.
    [Theory]
    [InlineData(0.01, 26, 28)]
    [InlineData(null, 128, 128)]
    public void The_default_preset_ends_after_a_cycle_without_gain(double? gain, int min, int max)
    {
        var (ml, train, _) = Parcel.Split(train: 40);
        var options = new BackpropTrainer.Options { LabelColumnName = "IsLate", HiddenLayers = [4], EnsembleSize = 2 };
        if (gain is null) options.EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited };
        var model = ml.Transforms.Concatenate("Features", "Weight", "Distance").Append(ml.BinaryClassification.Trainers.Backprop(options))
            .Fit(train).LastTransformer.Model;
        Assert.InRange(model.History.Count, min, max);
    }
}
