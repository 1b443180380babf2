using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class MulticlassClassificationGuide() : GuidePage("multiclass-classification")
{
    [Fact]
    public void It_trains_evaluates_and_shows_probabilities()
    {
        var (ml, train, test) = Parcel.Split(train: 60, test: 200);
        #region multiclass-train
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Service")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(hiddenLayers: [32, 32]))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(train);

        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
        Console.WriteLine($"micro accuracy {metrics.MicroAccuracy:F2}, macro accuracy {metrics.MacroAccuracy:F2}");
        #endregion
        #region multiclass-probabilities
        var scored = model.Transform(test);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        foreach (var row in scored.GetColumn<float[]>("Score").Take(2))
            Console.WriteLine(string.Join(", ", names.DenseValues().Zip(row, (name, p) => FormattableString.Invariant($"{name} {p:F3}"))));
        #endregion
        Assert.InRange(metrics.MicroAccuracy, 0.8, 1);
        AssertPrinted();
    }

    [Fact]
    public void A_key_of_many_values_is_evaluated_by_the_classes_in_use()
    {
        var (ml, train, test) = Parcel.Split(train: 60);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, NumberOfIterations = 5 };
        string[] names = ["express", "freight", "standard", .. Enumerable.Range(0, 3000).Select(i => $"{i}")];
        var keys = ml.Data.LoadFromEnumerable(names.Select(name => new Word { Value = name }));
        var model = ml.Transforms.Conversion.MapValueToKey("Label", "Service", keyData: keys)
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(options)).Fit(train);
        #region multiclass-in-use
        var metrics = ml.MulticlassClassification.EvaluateClassesInUse(model.Transform(test));
        #endregion
        Assert.Equal(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [Fact]
    public void A_class_without_training_rows_is_not_evaluated()
    {
        var (ml, train, test) = Parcel.Split(train: 100);
        var few = ml.Data.LoadFromEnumerable(Parcel.Many(100).Where(row => row.Service != "express"));
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, NumberOfIterations = 5 };
        var model = ml.Transforms.Conversion.MapValueToKey("Label", "Service").Append(ml.Transforms.Concatenate("Features", "Weight"))
            .Append(ml.MulticlassClassification.Trainers.Backprop(options)).Fit(few);
        var counts = ml.MulticlassClassification.Evaluate(model.Transform(test)).ConfusionMatrix.Counts;
        var known = test.GetColumn<string>("Service").Count(service => service != "express");
        Assert.Equal(known, counts.Sum(row => row.Sum()));
        Assert.NotEqual(known, train.GetColumn<string>("Service").Count());
    }

    private sealed class Word
    {
        public string Value { get; set; } = "";
    }
}
