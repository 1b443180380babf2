using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class MonotoneConstraintsGuide() : GuidePage("monotone-constraints")
{
    [Fact]
    public void More_weight_or_more_stops_never_lower_the_probability()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 300);
        #region monotone-train
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsDamaged",
            MonotoneConstraints = new MonotoneConstraints { Increasing = ["Weight", "Stops"] },
            HiddenLayers = [16],
            LearningRate = 0.01,
            NumberOfIterations = 60,
        };
        var model = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(options))
            .Fit(train);
        #endregion
        #region monotone-curve
        var curve = ml.Model.PartialDependence(model, test, "Weight", new PartialDependenceOptions { GridSize = 5 });
        foreach (var point in curve.Points)
            Console.WriteLine($"{point.Value:F1} kg: {point.Mean:F2}, {point.Lower:F2} to {point.Upper:F2}");
        #endregion
        Assert.Equal(curve.Points.Select(point => point.Mean).Order(), curve.Points.Select(point => point.Mean));
        Assert.All(curve.Curves, row => Assert.Equal(row.Values.Order(), row.Values));
        Assert.True(curve.Points[^1].Mean > curve.Points[0].Mean + 0.1, Console.Text);
        AssertPrinted();
    }
}
