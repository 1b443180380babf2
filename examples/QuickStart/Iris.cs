using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>Three kinds of iris told apart by four measurements.</summary>
internal static class Iris
{
    public static void Run()
    {
        var irisCsv = Path.Combine(AppContext.BaseDirectory, "iris.csv");

        #region readme-program
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromTextFile<Flower>(irisCsv, separatorChar: ',', hasHeader: true);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Concatenate("Features", "SepalLength", "SepalWidth", "PetalLength", "PetalWidth"))
            .Append(ml.MulticlassClassification.Trainers.Backprop())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(split.TrainSet);

        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
        Console.WriteLine($"accuracy {metrics.MicroAccuracy:F3}, log-loss {metrics.LogLoss:F3}");
        Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

        ml.Model.Save(model, data.Schema, "model.zip");
        var loaded = ml.Model.Load("model.zip", out _);
        var engine = ml.Model.CreatePredictionEngine<Flower, Prediction>(loaded);
        var flower = new Flower { SepalLength = 6.1f, SepalWidth = 2.9f, PetalLength = 4.7f, PetalWidth = 1.4f };
        Console.WriteLine($"this flower is an iris {engine.Predict(flower).PredictedLabel}");
        #endregion

        Console.WriteLine($"the model is saved in {Path.GetFullPath("model.zip")}");
    }

    public sealed class Flower
    {
        [LoadColumn(0)] public float SepalLength;
        [LoadColumn(1)] public float SepalWidth;
        [LoadColumn(2)] public float PetalLength;
        [LoadColumn(3)] public float PetalWidth;
        [LoadColumn(4)] public string Label = "";
    }

    public sealed class Prediction
    {
        public string PredictedLabel = "";
    }
}
