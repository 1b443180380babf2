using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class ModelReportGuide() : GuidePage("model-report")
{
    [Fact]
    public void A_report_is_a_page_and_values()
    {
        var (ml, train, test) = Parcel.Split(train: 400, test: 300);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "IsDamaged",
            CategoricalFeatureColumnNames = ["CarrierKey"],
            HiddenLayers = [16],
            LearningRate = 0.01,
            NumberOfIterations = 60,
        };
        var model = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
            .Append(ml.Transforms.Conversion.MapValueToKey("CarrierKey", "Carrier"))
            .Append(ml.BinaryClassification.Trainers.Backprop(options)).Fit(train);
        var folder = Directory.CreateTempSubdirectory("report");
        try
        {
            #region report-page
            var report = ml.Model.CreateReport(model, test, new ModelReportOptions
            {
                Title = "Damaged parcels",
                NotFor = ["Refusing a customer. The model was made to plan the packing."],
            });
            report.SaveHtml(Path.Combine(folder.FullName, "report.html"));
            #endregion
            #region report-values
            foreach (var metric in report.Metrics)
                Console.WriteLine($"{metric.Metric.GetType().Name}: {metric.Value:F2} ({metric.Lower:F2} to {metric.Upper:F2})");
            foreach (var column in report.Importance.Take(2)) Console.WriteLine($"{column.Name}: log-loss + {column.Mean:F2}");
            #endregion
            Assert.EndsWith("plan the packing.", report.NotFor[^1], StringComparison.Ordinal);
            AssertPrinted();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
