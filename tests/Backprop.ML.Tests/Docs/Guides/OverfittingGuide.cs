using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class OverfittingGuide
{
    [Fact]
    public void Losses_are_in_the_history()
    {
        var (ml, data) = LearnRows.Load(200);
        #region overfitting-curves
        var trainer = ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Distance",
            ValidationFraction = 0.2,
            NumberOfIterations = 20,
        });
        var model = trainer.Fit(data).Model;
        foreach (var epoch in model.History)
            Console.WriteLine($"epoch {epoch.Epoch}: training {epoch.TrainingLoss:F3}, validation {epoch.ValidationLoss:F3}");
        Console.WriteLine($"kept: epoch {model.BestEpoch}");
        #endregion
        Assert.All(model.History, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.Equal(model.History.MinBy(epoch => epoch.ValidationLoss)!.Epoch, model.BestEpoch);
    }

    [Fact]
    public void Remedies_are_options()
    {
        var (ml, data) = LearnRows.Load(200);
        #region overfitting-remedies
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Distance",
            ValidationFraction = 0.2,                         // early stopping needs held-out rows
            EarlyStopping = new EarlyStopping { Patience = 20 },
            Dropout = 0.3,                                    // drops 30 % of the hidden units in every step
            WeightDecay = 1,                                  // θ ← θ − α·λ·θ
            EnsembleSize = 8,                                 // averages eight networks
        };
        #endregion
        options.NumberOfIterations = 3;
        Assert.Equal(8, ml.Regression.Trainers.Backprop(options).Fit(data).Model.Network.Network.EnsembleSize);

        options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Distance", NumberOfIterations = 3 };
        options.L2Regularization = 0.03;
        options.Mixup = new Mixup { Alpha = 1 };
        Assert.Equal(3, ml.Regression.Trainers.Backprop(options).Fit(data).Model.History.Count);
    }

    [Fact]
    public void Mixup_does_not_combine_with_bagging()
    {
        var (ml, data) = LearnRows.Load(50);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Distance",
            EnsembleSize = 2,
            KFoldBagging = true,
            Mixup = new Mixup(),
        };
        Assert.Contains("Mixup", Assert.ThrowsAny<Exception>(() => ml.Regression.Trainers.Backprop(options).Fit(data)).Message);
    }

    // docs/reference/presets.md says so.
    [Fact]
    public void Mixup_turns_off_the_bagging_of_the_default_preset()
    {
        var (ml, data) = LearnRows.Load(50);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        var options = new BackpropTrainer.Options { LabelColumnName = "Distance", HiddenLayers = [4], Mixup = new Mixup() };
        var model = ml.Regression.Trainers.Backprop(options).Fit(data).Model;
        Assert.Equal(5, model.Network.Network.EnsembleSize);
        Assert.Equal(0.2, options.In(DatasetProfile.Typical).ValidationFraction);
        Assert.False(options.In(DatasetProfile.Typical).KFoldBagging);
        Assert.Contains(log, line => line.EndsWith("Measuring 40 rows of 2 features", StringComparison.Ordinal));
    }
}
