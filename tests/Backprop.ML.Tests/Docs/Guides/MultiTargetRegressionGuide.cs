using Backprop.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class MultiTargetRegressionGuide() : GuidePage("multi-target-regression")
{
    [Fact]
    public void It_trains_and_evaluates_every_target()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 200);
        #region targets-train
        var pipeline = ml.Transforms.Concatenate("Targets", "Days", "Cost")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.Regression.Trainers.Backprop("Targets", hiddenLayers: [32, 32]));
        var model = pipeline.Fit(train);

        var metrics = ml.Regression.EvaluateMultiTarget(model.Transform(test), "Targets");
        foreach (var target in metrics.Targets)
            Console.WriteLine($"{target.Name}: RMSE {target.RootMeanSquaredError:F2}, R² {target.RSquared:F2}");
        #endregion
        #region targets-predict
        using var engine = ml.Model.CreatePredictionEngine<Parcel, ParcelPrediction>(model);
        var score = engine.Predict(new Parcel { Weight = 2, Distance = 900, Stops = 4 }).Score;
        Console.WriteLine($"{score[0]:F1} days, cost {score[1]:F1}");
        #endregion
        Assert.InRange(metrics.RSquared, 0.5, 1);
        AssertPrinted();
    }

    [Fact]
    public void Folds_are_evaluated_by_target_too()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Targets", NumberOfIterations = 3 };
        var pipeline = ml.Transforms.Concatenate("Targets", "Days", "Cost")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.Regression.Trainers.Backprop(options));
        #region targets-folds
        var folds = ml.Regression.CrossValidateMultiTarget(train, pipeline, numberOfFolds: 5, labelColumnName: "Targets");
        Console.WriteLine($"mean R² {folds.Average(fold => fold.Metrics.RSquared):F2}");
        #endregion
        Assert.Equal(5, folds.Count);
    }

    [Fact]
    public void Quantiles_of_a_target_have_its_name_and_one_target_has_another_evaluator()
    {
        var (ml, train, _) = Parcel.Split(train: 40);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Targets", NumberOfIterations = 2 };
        options.LossFunction = new PinballLoss { Quantiles = [0.1, 0.9] };
        var scored = ml.Transforms.Concatenate("Targets", "Days", "Cost").Append(ml.Transforms.Concatenate("Features", "Weight"))
            .Append(ml.Regression.Trainers.Backprop(options)).Fit(train).Transform(train);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(
            ["Days Quantile 0.1", "Days Quantile 0.9", "Cost Quantile 0.1", "Cost Quantile 0.9"],
            names.DenseValues().Select(name => name.ToString()));
        Assert.ThrowsAny<Exception>(() => ml.Regression.Evaluate(scored, "Days"));
    }

    [Fact]
    public void Every_target_has_its_own_loss()
    {
        var (ml, train, test) = Parcel.Split(train: 60);
        #region targets-losses
        var late = ml.Transforms.Conversion.ConvertType("Late", "IsLate", DataKind.Single);
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = "Targets",
            HiddenLayers = [32, 32],
            LossFunction = new LossPerTarget(new HuberLoss(), new AbsoluteError(), new LogisticLoss()) { Weights = [1, 1, 2] },
        };
        var mixed = late.Append(ml.Transforms.Concatenate("Targets", "Days", "Cost", "Late"))
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.Regression.Trainers.Backprop(options)).Fit(train);
        foreach (var row in mixed.Transform(test).GetColumn<float[]>("Score").Take(2))
            Console.WriteLine($"{row[0]:F1} days, cost {row[1]:F1}, late with probability {row[2]:F2}");
        #endregion
        var scored = mixed.Transform(test);
        Assert.InRange(ml.Regression.EvaluateMultiTarget(scored, "Targets").Targets[1].RSquared, 0.5, 1);
        Assert.All(scored.GetColumn<float[]>("Score"), row => Assert.InRange(row[2], 0, 1));
        AssertPrinted();
    }

    #region targets-prediction
    internal sealed class ParcelPrediction
    {
        public float[] Score { get; set; } = [];
    }
    #endregion
}
