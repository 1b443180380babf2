using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class EnsemblesGuide() : GuidePage("ensembles")
{
    [Fact]
    public void Five_members_are_one_model()
    {
        var (ml, train, test) = Parcel.Split(train: 100, test: 300);
        #region ensemble-train
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsLate",
            EnsembleSize = 5,
            KFoldBagging = true,
        };
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options));
        var model = pipeline.Fit(train);

        var network = model.LastTransformer.Model.Network;
        Console.WriteLine($"{network.Network.EnsembleSize} members, {network.Parameters.Length} parameters");
        #endregion
        Assert.Equal(3 * 5, model.LastTransformer.Model.Layers.Count);
        Assert.All(model.LastTransformer.Model.History, report => Assert.NotNull(report.ValidationLoss));
        Assert.InRange(ml.BinaryClassification.Evaluate(model.Transform(test), "IsLate").AreaUnderRocCurve, 0.8, 1);
        AssertPrinted();
    }

    [Fact]
    public void Bagging_cannot_be_combined_with_other_held_out_rows()
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            EnsembleSize = 5,
            KFoldBagging = true,
            ValidationFraction = 0.2,
        };
        var problem = Assert.ThrowsAny<ArgumentException>(() => ml.Regression.Trainers.Backprop(options));
        AssertQuoted(problem.Message.Split(" (Parameter")[0]);
    }
}
