using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class TuningGuide() : GuidePage("tuning")
{
    [Fact]
    public void The_preset_best_is_one_model()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 100);
        #region tuning-best
        var options = new BackpropTrainer.Options { Preset = Preset.Best, LabelColumnName = "IsLate" };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options));
        #endregion
        options.HiddenLayers = [8];
        options.NumberOfIterations = 8;
        pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options));
        var model = pipeline.Fit(train);
        Assert.NotEmpty(model.LastTransformer.Model.Trials);
        Assert.InRange(ml.BinaryClassification.Evaluate(model.Transform(test), "IsLate").AreaUnderRocCurve, 0.5, 1);
    }

    [Fact]
    public void A_tuner_lists_its_trials()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        #region tuning-tuner
        var options = new BackpropTrainer.Options { LabelColumnName = "IsLate", Dropout = 0.1, Seed = 1 };
        var search = new Search
        {
            MaximumTrials = 20,
            Progress = new Progress<SearchTrial>(trial => Console.WriteLine($"{trial.Number}: {trial.Loss:F3}, best {trial.BestLoss:F3}")),
        };
        var tuner = new BackpropTuner(ml, options, search);
        #endregion
        options.HiddenLayers = [8];
        options.NumberOfIterations = 8;
        tuner = new BackpropTuner(ml, options, new Search { MaximumTrials = 4 });
        #region tuning-result
        var result = tuner.Fit(data);
        var model = result.Transformer; // one model, a blend of the best trials
        var best = result.BestTrial; // its values, and its loss
        var again = result.OptionsOf(best); // options that train this trial alone
        File.WriteAllText("trials.csv", result.ToCsv());
        #endregion
        File.Delete("trials.csv");
        Assert.Null(again.Search);
        Assert.Equal(0.1, again.Dropout);
        Assert.Contains(best, result.Trials);
        Assert.NotNull(model.Model);
    }

    [Fact]
    public void A_search_without_held_out_rows_is_refused()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "IsLate" };
        var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTuner(ml, options).Fit(data));
        AssertQuoted(problem.Message.Split(" (Parameter")[0].Split('\n')[0]);
    }
}
