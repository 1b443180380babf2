#pragma warning disable IDE0005 // the program of the page is in no namespace
#region csv-usings
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
#endregion
#pragma warning restore IDE0005

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>The code of docs/start/csv.md. scripts/first-hour.sh runs the page as a whole.</summary>
public class CsvGuide
{
    [Fact]
    public void A_model_of_a_csv_file_is_trained_evaluated_saved_and_loaded()
    {
        #region csv-load
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning) Console.WriteLine($"warning: {e.RawMessage}");
        };

        var data = ml.Data.LoadFromTextFile("customers.csv", new TextLoader.Options
        {
            HasHeader = true,
            Separators = [','],
            MissingRealsAsNaNs = true,
            Columns =
            [
                new TextLoader.Column("Months", DataKind.Single, 0),
                new TextLoader.Column("Fee", DataKind.Single, 1),
                new TextLoader.Column("Calls", DataKind.Single, 2),
                new TextLoader.Column("Contract", DataKind.String, 3),
                new TextLoader.Column("Left", DataKind.Boolean, 4),
            ],
        });
        foreach (var name in new[] { "Months", "Fee", "Calls" })
            Console.WriteLine($"{name}: {data.GetColumn<float>(name).Count(float.IsNaN)} missing");
        Console.WriteLine($"Left: {data.GetColumn<bool>("Left").Count(left => left)} yes of {data.GetColumn<bool>("Left").Count()}");
        #endregion
        Assert.Equal(12, data.GetColumn<float>("Fee").Count(float.IsNaN));

        #region csv-train
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);
        var options = new BackpropTrainer.Options { Preset = Preset.Fast, LabelColumnName = "Left" };
        var pipeline = ml.Transforms.Categorical.OneHotEncoding("Contract")
            .Append(ml.Transforms.Concatenate("Features", "Months", "Fee", "Calls", "Contract"))
            .Append(ml.BinaryClassification.Trainers.Backprop(options));
        var model = pipeline.Fit(split.TrainSet);
        #endregion

        #region csv-evaluate
        var metrics = ml.BinaryClassification.Evaluate(model.Transform(split.TestSet), "Left");
        Console.WriteLine($"accuracy {metrics.Accuracy:F2}, AUC {metrics.AreaUnderRocCurve:F2}");
        Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());

        ml.Model.Save(model, data.Schema, "customers.zip");
        #endregion
        Assert.InRange(metrics.AreaUnderRocCurve, 0.85, 1);
        Serve();
    }

    private static void Serve()
    {
        #region serve-load
        var ml = new MLContext();
        var model = ml.Model.Load("customers.zip", out _);
        using var predictor = ml.Model.CreateThreadSafePredictor<Customer, Prediction>(model);
        #endregion
        var customer = new Customer { Months = 3, Fee = 95, Calls = 4, Contract = "monthly" };
        Assert.True(predictor.Predict(customer).PredictedLabel);

        #region serve-engine
        using var engine = ml.Model.CreatePredictionEngine<Customer, Prediction>(model);
        var prediction = engine.Predict(customer);
        #endregion
        Assert.Equal(predictor.Predict(customer).Probability, prediction.Probability);
    }

    // The rule that made the file, so that a reader can see what there is to learn.
    [Fact]
    public void The_customers_are_those_of_a_rule()
    {
        var state = 12345u;
        int Draw(int limit) => (int)((state = (state * 1103515245 + 12345) % (1u << 31)) / 65536) % limit;
        string[] lines = ["Months,Fee,Calls,Contract,Left", .. Enumerable.Range(0, 300).Select(row =>
        {
            var (months, fee, calls, contract) = (1 + Draw(72), 20 + Draw(100), Draw(6), Draw(3));
            var points = 50 * calls - 4 * months + 2 * fee + (contract == 0 ? 100 : -40);
            var left = points + Draw(100) + Draw(100) > 240;
            var known = row % 25 == 7 ? "" : $"{fee}";
            return $"{months},{known},{calls},{new[] { "monthly", "yearly", "two years" }[contract]},{(left ? "yes" : "no")}";
        })];
        Assert.Equal(lines, File.ReadAllLines("customers.csv"));
    }

    private sealed class Customer
    {
        public required float Months { get; set; }
        public float Fee { get; set; } = float.NaN;
        public required float Calls { get; set; }
        public required string Contract { get; set; }
    }

    private sealed class Prediction
    {
        public bool PredictedLabel { get; set; }
        public float Probability { get; set; }
    }
}
