using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class GlobalExplanationsGuide() : GuidePage("global-explanations")
{
    [Fact]
    public void Importance_curves_and_interactions_find_what_decides()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 300);
        #region explanations-train
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsDamaged",
            CategoricalFeatureColumnNames = ["CarrierKey"],
            HiddenLayers = [16],
            LearningRate = 0.01,
            NumberOfIterations = 60,
        };
        var preparation = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Transforms.Conversion.MapValueToKey("CarrierKey", "Carrier")).Fit(train);
        var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(preparation.Transform(train));
        var data = preparation.Transform(test);
        #endregion
        #region explanations-importance
        foreach (var column in ml.BinaryClassification.ColumnImportance(model, data).Columns)
        {
            var (lower, upper) = column.Interval(0.95);
            Console.WriteLine($"{column.Name}: log-loss + {column.Mean:F2} ({lower:F2} to {upper:F2})");
        }
        #endregion
        #region explanations-curve
        var curve = ml.Model.PartialDependence(model, data, "Weight", new PartialDependenceOptions { GridSize = 5 });
        foreach (var point in curve.Points)
            Console.WriteLine($"{point.Value:F1} kg: {point.Mean:F2} ± {point.StandardError:F2}, {point.Lower:F2} to {point.Upper:F2}");
        #endregion
        #region explanations-interactions
        var interactions = ml.Model.Interactions(model, data, new InteractionOptions
        {
            Pairs = [("Weight", "Stops"), ("Weight", "Distance")],
            MaximumRows = 100,
        });
        foreach (var pair in interactions.Pairs)
            Console.WriteLine($"{pair.Column} and {pair.Other}: H {pair.H:F2}, standard deviation {pair.StandardDeviation:F2}");
        #endregion
        #region explanations-chain
        var chain = preparation.Append(model);
        var carriers = ml.Model.PartialDependence(chain, test, "Carrier", new PartialDependenceOptions { OutputColumnName = "Score" });
        foreach (var point in carriers.Points) Console.WriteLine($"{point.Text}: {point.CenteredMean:F2}");
        #endregion
        // Damage is decided by weight · stops.
        Assert.True(interactions.Pairs[0].H > 2 * interactions.Pairs[1].H, Console.Text);
        Assert.True(curve.Points[^1].Mean > curve.Points[0].Mean + 0.1, Console.Text);
        AssertPrinted();
    }
}
