using Backprop.Explanations;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class ExplainGuide() : GuidePage("explain")
{
    [Fact]
    public void A_row_is_explained_in_words_and_values()
    {
        var (ml, train, test) = Parcel.Split(train: 300);
        #region explain-train
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Transforms.Conversion.MapValueToKey("Carrier"))
            .Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Days",
                CategoricalFeatureColumnNames = ["Carrier"],
                Seed = 1,
            }));
        var model = pipeline.Fit(train);
        var rows = model.Transform(ml.Data.TakeRows(test, 3));
        var explanations = model.LastTransformer.Explain(rows);
        Console.WriteLine(explanations[0]);
        #endregion
        #region explain-columns
        foreach (var column in explanations[0].Columns)
            Console.WriteLine($"{column.Name}: {column.Value}, {column.Contribution:F2} ({column.Direction})");
        #endregion
        Assert.Equal(["Carrier", "Distance", "Stops", "Weight"], explanations[0].Columns.Select(column => column.Name).Order());
        #region explain-shapley
        var options = new ExplanationOptions { Method = ExplanationMethod.ShapleySampling };
        var exact = model.LastTransformer.Explain(rows, options)[0];
        Console.WriteLine($"Distance: {exact.Columns.First(column => column.Name == "Distance").Contribution:F2}");
        #endregion
        Assert.All(exact.Columns, column => Assert.Equal(0, column.StandardError));
        AssertPrinted();
    }

    [Fact]
    public void An_output_is_chosen_by_name()
    {
        var (ml, train, test) = Parcel.Split(train: 300);
        #region explain-class
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Transforms.Conversion.MapValueToKey("Service"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Service",
                Seed = 1,
            }));
        var model = pipeline.Fit(train);
        var rows = model.Transform(ml.Data.TakeRows(test, 1));
        var predicted = model.LastTransformer.Explain(rows)[0];
        var standard = model.LastTransformer.Explain(rows, new ExplanationOptions { Output = "standard" })[0];
        Console.WriteLine($"{predicted.OutputName}: {predicted.Score:F2}; {standard.OutputName}: {standard.Score:F2}");
        #endregion
        Assert.Equal("standard", standard.OutputName);
        AssertPrinted();
    }

    [Fact]
    public void MLNET_has_a_column_of_contributions()
    {
        var (ml, train, test) = Parcel.Split(train: 300);
        #region explain-contributions
        var pipeline = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "IsLate",
                Seed = 1,
            }));
        var model = pipeline.Fit(train);
        var scored = model.Transform(test);
        var calculate = ml.Transforms.CalculateFeatureContribution(model.LastTransformer, normalize: false);
        var contributions = calculate.Fit(scored).Transform(scored);
        var first = contributions.GetColumn<float[]>("FeatureContributions").First();
        Console.WriteLine($"Weight {first[0]:F2}, Distance {first[1]:F2}, Stops {first[2]:F2}");
        #endregion
        AssertPrinted();
    }
}
